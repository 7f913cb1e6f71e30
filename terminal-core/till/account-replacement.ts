import { fault } from '../domain/fault.ts';
import { failed, ok } from '../domain/result.ts';
import { standingOf } from './account-standing.ts';
import { viewOf } from './charges.ts';
import type { Desk, Patience } from './desk.ts';
import { type Accounts, shownAccount, uidOnly } from './identify-tag.ts';
import { Look } from './look.ts';
import type { TagLedger } from './tag-ledger.ts';
import type { TagWork } from './work.ts';

/**
 * Account mode: another tag identifies the customer from now on, and the lost one is blocked for good (money rule 2). The
 * balance is where it was and nothing is written, so that the backend alone remembers it: the same again gets the same.
 */
export function accountReplacement(
  lostUid: string,
  desk: Desk,
  accounts: Accounts,
  ledger: TagLedger,
  patience: Patience,
): TagWork {
  const telling = { view: viewOf('replacement', 0), event: 'tagReplaced' } as const;
  return new Look(
    desk,
    uidOnly(desk.reader),
    patience,
    async ({ uid }) => {
      if (uid === lostUid) return failed(fault('TAG_IN_USE'));
      const sent = await ledger.bringUpToDate();
      if (!sent.ok) return sent;
      const replaced = await ledger.replace(lostUid, uid);
      if (!replaced.ok) return replaced;
      const known = await standingOf(desk, accounts, uid);
      if (!known.ok) return known;
      if (!known.value) return failed(fault('BALANCE_UNKNOWN'));
      const { balanceMinor, blocked } = known.value;
      return ok({ uid, shown: shownAccount(balanceMinor, blocked), details: { lostUid } });
    },
    telling,
  );
}
