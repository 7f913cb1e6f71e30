import type { CleanupRow } from './coverage.ts';
import type { ModelImage, MoneyModel } from './money-model.ts';

type ModelRow = NonNullable<ReturnType<MoneyModel['row']>>;

/** Which row of requirements.md 3.2 a step of the cleanup was; null for one the table does not know. */
export function cleanupRowOf(row: ModelRow, from: string, to: string, image: ModelImage | null): CleanupRow | null {
  switch (`${from} → ${to}`) {
    case 'Open → Aborted':
      return row.method === 'card' ? 'Open, payment declined: Aborted' : 'Open, no external payment: Aborted';
    case 'TerminalConfirmStarted → TerminalConfirmUnknown':
      return 'write started, no tag: Unknown';
    case 'TerminalConfirmStarted → Aborted':
    case 'TerminalConfirmUnknown → Aborted':
      if (!row.writeStarted) return 'Started, not written: Aborted';
      if (!image) return null;
      return image.transactionNumber < row.tagNumber
        ? 'write started, old image: Aborted'
        : 'number >= N, N is of another: Aborted';
    case 'TerminalConfirmStarted → Committed':
    case 'TerminalConfirmUnknown → Committed':
      if (!image) return null;
      return image.transactionNumber === row.tagNumber
        ? 'write started, new image: Committed'
        : 'number > N, history lists N as ours: Committed';
    default:
      return null;
  }
}

/** Which row left a transaction unknown that a till has just seen the tag of. */
export function undecidedRowOf(row: ModelRow, image: ModelImage | null): CleanupRow {
  if (!image) return 'corrupt: Unknown';
  const isReached = image.generation === row.generation && image.transactionNumber > row.tagNumber;
  return isReached
    ? 'number > N, history does not reach N: Unknown'
    : 'older or other image, other generation, foreign header: Unknown';
}

/** Which row left a transaction as it is, when a till starts. */
export function startRowOf(state: string, paymentStatus: string | null): CleanupRow | null {
  if (state === 'TerminalConfirmUnknown') return 'Unknown, no tag: unchanged';
  if (state !== 'Open' || paymentStatus === null) return null;
  return paymentStatus === 'approved' ? 'Open, payment approved: stays Open' : 'Open, payment pending: stays Open';
}
