import type { Fault } from '../../contract/ipc/fault.ts';
import type { TransactionStore } from '../checkout/transaction-ports.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Charge } from './charge.ts';
import { refundReversalCharge } from './charges.ts';

/** The charge that takes a refund of this till and this tag back, once: its cash was not handed out. */
export function reversalOf(
  store: TransactionStore,
  assignmentId: number,
  uid: string,
  refundNumber: number,
): Result<Charge, Fault> {
  const refund = store.committed(refundNumber);
  if (refund?.type !== 'Refund' || refund.tag.uid !== uid || refund.reference) return failed(fault('SALE_NOT_FOUND'));
  if (store.referring(refundNumber).length > 0) return failed(fault('ALREADY_RETURNED'));
  return ok(refundReversalCharge(refund, assignmentId));
}
