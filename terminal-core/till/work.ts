import type { AccountView, SalePartView } from '../../contract/ipc/account-view.ts';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { Outcome } from '../../contract/ipc/operations.ts';
import type { Step } from '../../contract/ipc/step.ts';
import { invariant } from '../domain/invariant.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import type { TagImage } from '../tag/image.ts';
import type { Desk } from './desk.ts';

/** What a tag shows, or in account mode what is known of its account; the number is null there. */
export type ShownTag = Pick<TagImage, 'generation' | 'balanceMinor' | 'blocked'> & {
  readonly transactionNumber: number | null;
};

/** How a piece of work with a tag ended, with what the screens and the command line want to know about it. */
export interface WorkEnd {
  readonly result: Outcome['result'];
  readonly transaction: TillTransaction | null;
  readonly uid: string | null;
  /** What the tag showed before, and after where that is known. */
  readonly before: ShownTag | null;
  readonly after: ShownTag | null;
  /** The last step it reported, which says how it ended. */
  readonly step: Step;
  /** Why it did not end in `done` or `committed`. */
  readonly fault: Fault | null;
  /** Account mode: whose account it is and what there is to spend now. */
  readonly account?: AccountView | null;
  /** Canteens: every transaction of a sale that one tap has paid for. */
  readonly saleParts?: readonly SalePartView[];
}

/** A piece of work with a tag; the till does one at a time. */
export interface TagWork {
  /** Works to the end, whatever it is. Rejects only for a broken invariant or a database that cannot be written. */
  run(): Promise<WorkEnd>;
  /** Takes it back; false when it is too late. */
  cancel(): boolean;
  /** The till is stopping: what can end without the tag ends now. */
  interrupt(): void;
  /** Somebody has said that a warning is known; false where nothing waits for that. */
  acknowledge?(): boolean;
}

/** The end of a piece of work before anything was recorded, told as its last step. */
export function refusedEnd(desk: Desk, problem: Fault, seen: Pick<WorkEnd, 'uid' | 'before'>): WorkEnd {
  const step = desk.report({ event: 'fault', error: problem });
  return { ...seen, result: 'refused', transaction: null, after: null, fault: problem, step };
}

/** What is known of a booking on a tag when it has ended. */
export interface EndedBooking {
  readonly transaction: TillTransaction;
  readonly uid: string | null;
  readonly before: ShownTag | null;
  /** The image that was to be written, where one was. */
  readonly written: TagImage | null;
  readonly step: Step;
  readonly fault: Fault | null;
}

/** The end of a booking whose transaction has reached its last state. */
export function bookingEnd({ written, fault, ...ended }: EndedBooking): WorkEnd {
  const { state } = ended.transaction;
  switch (state) {
    case 'Committed':
      invariant('INV-08', written !== null, 'no image was prepared');
      return { ...ended, result: 'committed', after: written, fault: null };
    case 'Aborted':
      return { ...ended, result: 'aborted', after: ended.before, fault };
    case 'TerminalConfirmUnknown':
      return { ...ended, result: 'unknown', after: null, fault };
    case 'Open':
    case 'TerminalConfirmStarted':
      invariant('INV-09', false, `a booking ended in ${state}`);
  }
}
