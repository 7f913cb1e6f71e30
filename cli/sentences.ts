import type { Step } from '../contract/ipc/step.ts';
import { formatAmount } from './amount.ts';

/** The result of a step in one sentence for a person; null where the step is progress or speaks through its fault. */
export function resultSentence(step: Step, currency: string): string | null {
  const money = (amountMinor: number): string => `${formatAmount(amountMinor, currency)} ${currency}`;
  switch (step.event) {
    case 'transactionCommitted':
      return committedSentence(step, money, currency);
    case 'transactionAborted':
      return `Transaction ${numberOf(step)} aborted: the tag was not changed.${cashSentence(step, money)}`;
    case 'transactionUnknown':
      return `Transaction ${numberOf(step)}: it is not known whether the tag was written.`;
    case 'tagIssued':
      return `Issued tag ${step.tag?.uid ?? ''}. Balance ${money(step.tag?.balanceMinor ?? 0)}.`;
    case 'tagRepaired':
      return `Repaired tag ${step.tag?.uid ?? ''}. Balance ${money(step.tag?.balanceMinor ?? 0)}.`;
    case 'tagReplaced':
      return `Tag ${step.tag?.uid ?? ''} is in the place of ${String(step.details?.['lostUid'] ?? '')}, which is blocked. Balance ${money(step.tag?.balanceMinor ?? 0)}.`;
    case 'balance':
      return `Balance ${money(step.tag?.balanceMinor ?? 0)} ${whereOf(step.tag)}.`;
    case 'entryRejected':
      return `Entry rejected: ${step.error?.message ?? JSON.stringify(step.details ?? {})}`;
    case 'resolved':
      return step.transaction?.state === 'Committed'
        ? `Transaction ${numberOf(step)} went through: the tag was written.`
        : `Transaction ${numberOf(step)} did not go through: the tag was not written.${cashSentence(step, money)}`;
    case 'cashReturned':
    case 'attention':
    case 'payments':
    case 'staffEntered':
    case 'shiftOpened':
    case 'shiftReported':
    case 'shiftClosed':
    case 'enrolled':
    case 'replicated':
    case 'status':
    case 'cleanup':
    case 'exported':
    case 'receipt':
    case 'diagnosed':
    case 'supportExported':
    case 'backendStarted':
    case 'installations':
    case 'connections':
    case 'openingBalances':
    case 'members':
    case 'creditPurses':
    case 'report':
    case 'tills':
      // Their commands know the numbers and say them (report.say).
      return null;
    case 'readerState':
    case 'waitingForTag':
    case 'tagRead':
    case 'allergensShown':
    case 'tagRefused':
    case 'tagGone':
    case 'transactionOpened':
    case 'checkoutStarted':
    case 'writing':
    case 'waitingForSameTag':
    case 'paymentChanged':
    case 'fault':
      return null;
  }
}

/** What is going on, for a person who waits; null where it is too fast to read. */
export function progressSentence(step: Step): string | null {
  switch (step.event) {
    case 'waitingForTag':
      return 'Hold the tag on the reader…';
    case 'waitingForSameTag':
      return 'The tag left too early. Hold the same tag on the reader again…';
    case 'writing':
      return 'Keep holding…';
    case 'paymentChanged':
      return paymentSentence(step.details?.['paymentStatus']);
    default:
      return null;
  }
}

/** A card that is being asked, or has paid; null where the result says it. */
function paymentSentence(status: unknown): string | null {
  switch (status) {
    case 'pending':
      return 'The card is paying…';
    case 'unknown':
      return 'The payment provider has not answered yet…';
    case 'approved':
      return 'The card has paid. Hold the same tag on the reader…';
    default:
      return null;
  }
}

function committedSentence(step: Step, money: (amountMinor: number) => string, currency: string): string {
  const { transaction, tag } = step;
  if (transaction === undefined) return 'Committed.';
  const what = whatHappened(transaction, money);
  if (tag === undefined) return what;
  const before = formatAmount(tag.balanceMinor - transaction.balanceDeltaMinor, currency);
  return `${what} Balance ${before} → ${formatAmount(tag.balanceMinor, currency)}.`;
}

function whatHappened(transaction: NonNullable<Step['transaction']>, money: (amountMinor: number) => string): string {
  const { type, amountMinor, balanceDeltaMinor } = transaction;
  const feeMinor = Math.abs(amountMinor - Math.abs(balanceDeltaMinor));
  const fee = feeMinor > 0 ? `, fee ${money(feeMinor)}` : '';
  switch (type) {
    case 'TopUp':
      return `Topped up ${money(amountMinor)}${fee}.`;
    case 'Purchase':
      return balanceDeltaMinor <= 0 ? `Sold ${money(-balanceDeltaMinor)}.` : `Paid back ${money(balanceDeltaMinor)}.`;
    case 'Chargeback':
      return `Took goods back for ${money(amountMinor)}.`;
    case 'Refund':
      return balanceDeltaMinor <= 0
        ? `Pay out ${money(amountMinor)} now${fee}.`
        : `Refund of ${money(amountMinor)} put back.`;
    case 'TagAdjustment':
      return balanceDeltaMinor === 0
        ? "The tag's block was changed."
        : `Brought ${money(balanceDeltaMinor)} onto the tag.`;
  }
}

/** Of an aborted cash top-up: the customer has paid for nothing (money rule 4). */
function cashSentence(step: Step, money: (amountMinor: number) => string): string {
  const cashMinor = step.details?.['cashToReturnMinor'];
  if (typeof cashMinor !== 'number') return '';
  const number = step.transaction?.terminalTransactionNumber ?? 'NUMBER';
  return ` Give ${money(cashMinor)} back, then run "klink resolve ${number} --cash-returned".`;
}

function numberOf(step: Step): string {
  return step.transaction === undefined ? '' : `#${step.transaction.terminalTransactionNumber}`;
}

/** In account mode a tag has no numbers: the balance is not on it. */
function whereOf(tag: Step['tag']): string {
  if (tag?.transactionNumber === null) return `of tag ${tag.uid}`;
  return `on tag ${tag?.uid ?? ''} (tag number ${tag?.transactionNumber ?? 0})`;
}
