import type { PurseRow } from '../../contract/wire/admin-members.ts';
import type { Purse } from '../purses/purses.ts';

/** A purse as operators are shown it. */
export function purseRow(purse: Purse): PurseRow {
  const { purseId, type, title, balanceMinor, validFrom, validTo, validSessions, createdAt } = purse;
  const { creditAmountMinor, creditApply, expiryDurationDays, sweepAfterSession } = purse;
  return {
    ...{ purseId, type, title, balanceMinor },
    validFrom: validFrom?.toISOString() ?? null,
    validTo: validTo?.toISOString() ?? null,
    validSessions: validSessions === null ? null : [...validSessions],
    credit:
      type === 'credit' ? { amountMinor: creditAmountMinor, creditApply, expiryDurationDays, sweepAfterSession } : null,
    createdAt: createdAt.toISOString(),
  };
}
