import type { AccountView } from '../../contract/ipc/account-view.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok } from '../domain/result.ts';
import { accountView, standingOf } from './account-standing.ts';
import type { Desk, Patience } from './desk.ts';
import { type Accounts, shownAccount, uidOnly } from './identify-tag.ts';
import { Look } from './look.ts';
import type { TagWork } from './work.ts';

/** Account mode: shows the balance of a tag's account as this till may show it (R110–R113), and as of when it is known. */
export function accountLook(desk: Desk, accounts: Accounts, patience: Patience): TagWork {
  return new Look(desk, uidOnly(desk.reader), patience, async ({ uid }) => {
    const askedAtMs = desk.clock.nowMs();
    const known = await standingOf(desk, accounts, uid);
    if (!known.ok) return known;
    const standing = known.value;
    if (!standing) return failed(fault('BALANCE_UNKNOWN'));
    const isBlocked = standing.blocked || desk.configuration.blockedTags.includes(uid);
    const account = accountView(desk, accounts.isCatering(), standing, { uid, askedAtMs });
    return ok({ uid, shown: shownAccount(standing.balanceMinor, isBlocked), details: detailsOf(account), account });
  });
}

function detailsOf({ asOf, cashMinor, creditMinor, toSpendMinor, member }: AccountView) {
  const ofMember = member ? { member: member.displayName, cashMinor, creditMinor, toSpendMinor } : {};
  return { asOf, ...ofMember };
}
