import type { Fault } from '../../contract/ipc/fault.ts';
import type { ChargeView } from '../../contract/ipc/till-view.ts';
import { ok, type Result } from '../domain/result.ts';
import type { TransactionDraft } from '../domain/transaction.ts';
import type { CurrentVisit } from './accept-tag.ts';

/** What a booking is about: everything of its transaction but the tag. */
export interface Charge extends Omit<TransactionDraft, 'currency' | 'tag' | 'cashierId' | 'approvedBy'> {
  readonly view: ChargeView;
  /** Only what lifts or respects a block may touch a blocked tag. */
  readonly takesBlockedTags: boolean;
  /** Whether the backend is asked to hold the amount first (R27). */
  readonly reserves: boolean;
  /** Account mode: meals, which credit may pay for (R109). */
  readonly takesCredit: boolean;
}

/** Fixes the charge for the tag that was read; a fault refuses the tag before a number is drawn. */
export type ChargeFor = (visit: CurrentVisit) => Result<Charge, Fault> | Promise<Result<Charge, Fault>>;

/** One tap, and one charge. */
export function onlyCharge(charge: Result<Charge, Fault>): Result<readonly Charge[], Fault> {
  return charge.ok ? ok([charge.value]) : charge;
}
