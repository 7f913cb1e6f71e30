import type { Step } from '../../contract/ipc/step.ts';
import type { ScreenView } from '../../contract/ipc/till-view.ts';
import type { Configuration } from '../../contract/wire/configuration.ts';
import type { PaymentPort, ReservationPort } from '../checkout/backend-ports.ts';
import type { Assignment, Clock, ReaderPort, Timers } from '../checkout/ports.ts';
import type { TransactionStore } from '../checkout/transaction-ports.ts';
import type { BackendWords } from './backend-words.ts';
import type { EditionKeys } from './edition-keys.ts';

/** Whose work it is; null where the event has no cashiers, or nobody had to confirm. */
export interface Staff {
  readonly cashierId: string | null;
  readonly approvedBy: string | null;
}

/** What every piece of work with a tag is given: the till as it stands, and where to tell what happens. */
export interface Desk {
  readonly staff: Staff;
  readonly assignment: Assignment;
  readonly configuration: Configuration;
  readonly keys: EditionKeys;
  readonly reader: ReaderPort;
  readonly store: TransactionStore;
  readonly reservations: ReservationPort;
  readonly payments: PaymentPort;
  /** What the backend knows of transactions that are unknown here. */
  readonly words: BackendWords;
  readonly clock: Clock;
  readonly timers: Timers;
  /** What the cashier sees now. */
  show(screen: ScreenView): void;
  /** One line for whoever follows the till's steps; returned as it was told. */
  report(step: Omit<Step, 'at'>): Step;
}

/** How long a piece of work waits, and how patient it is. */
export interface Patience {
  readonly tapTimeoutMs: number;
  readonly sameTagTimeoutMs: number;
  /** How long a card is waited for before its payment is left open. */
  readonly cardTimeoutMs: number;
  /** The command line: the first tag that cannot be used ends the work. A window goes on waiting for another one. */
  readonly firstTagOnly: boolean;
  /** The card that was served last: as long as it lies there it is not taken for the next customer's. */
  readonly servedPresenceId: number | null;
}

/** Now, or later, as journal and screens write it. */
export function instant(clock: Clock, laterMs = 0): string {
  return new Date(clock.nowMs() + laterMs).toISOString();
}
