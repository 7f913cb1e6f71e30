import { fault } from '../domain/fault.ts';
import { failed, ok } from '../domain/result.ts';
import type { Desk, Patience } from './desk.ts';
import { type Accounts, knownBalanceOf, shownAccount, uidOnly } from './identify-tag.ts';
import { Look } from './look.ts';
import type { TagWork } from './work.ts';

/** Account mode: shows the cash balance of a tag's account (R110), and as of when it is known. */
export function accountLook(desk: Desk, accounts: Accounts, patience: Patience): TagWork {
  return new Look(desk, uidOnly(desk.reader), patience, async ({ uid }) => {
    const known = await knownBalanceOf(accounts, uid);
    if (!known.ok) return known;
    if (!known.value) return failed(fault('BALANCE_UNKNOWN'));
    const { balanceMinor, blocked, asOf } = known.value;
    const isBlocked = blocked || desk.configuration.blockedTags.includes(uid);
    return ok({ uid, shown: shownAccount(balanceMinor, isBlocked), details: { asOf } });
  });
}
