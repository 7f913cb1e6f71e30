import type { Fault } from '../../contract/ipc/fault.ts';
import type { Step } from '../../contract/ipc/step.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';
import type { TillSettings } from '../../contract/settings/till-settings.ts';
import type { AccountLinePort, AccountStore } from '../checkout/account-ports.ts';
import type { PaymentPort, ReservationPort, TagLookupPort } from '../checkout/backend-ports.ts';
import type { SurroundingsPort } from '../checkout/diagnostics-ports.ts';
import type { CashReturnStore, HistoryStore, OutcomeStore } from '../checkout/history-ports.ts';
import type { JournalStore } from '../checkout/journal-ports.ts';
import type { PinVerifier, ReaderPort, TillSecrets, Timers } from '../checkout/ports.ts';
import type { ReplacementStore, TagReplacementPort } from '../checkout/replacement-ports.ts';
import type { ReplicationPort } from '../checkout/replication-ports.ts';
import type { ShiftStore } from '../checkout/shift-ports.ts';
import type { TransactionStore } from '../checkout/transaction-ports.ts';
import type { Result } from '../domain/result.ts';
import type { EnrolmentParts } from './enrolling.ts';

/** The till as `main/` puts it together. */
export interface TillParts extends EnrolmentParts {
  readonly settings: TillSettings;
  readonly store: TransactionStore;
  readonly journal: JournalStore;
  readonly shifts: ShiftStore;
  readonly outcomes: OutcomeStore;
  readonly history: HistoryStore;
  readonly cashReturns: CashReturnStore;
  readonly pins: PinVerifier;
  readonly reader: ReaderPort;
  readonly replication: ReplicationPort;
  readonly reservations: ReservationPort;
  readonly payments: PaymentPort;
  readonly tagLookup: TagLookupPort;
  readonly tagReplacements: TagReplacementPort;
  readonly replacements: ReplacementStore;
  /** Account mode: what is known of accounts, and how it is kept fresh. */
  readonly accounts: AccountStore;
  readonly accountLine: AccountLinePort;
  readonly timers: Timers;
  /** Null before enrolment. */
  readonly secrets: TillSecrets | null;
  /** Nothing of this till is real, and the window says so. */
  readonly isTraining: boolean;
  /** Keeps in the till's settings how a sale is paid here; SETTINGS_INVALID where they cannot be changed. */
  keepCheckoutTaps(taps: 1 | 2): Result<void, Fault>;
  /** The same for whether it takes meal credit. */
  keepCatering(catering: boolean): Result<void, Fault>;
  /** Writes the journal's lines to a file and says how many there were. */
  writeExport(file: string, lines: Iterable<string>): number;
  /** Told to whoever looks for a fault. */
  readonly surroundings: SurroundingsPort;
  /** Nobody waits for the till just now: time for the database's housekeeping. */
  onIdle(): void;
  onView(view: TillView): void;
  onStep(step: Step): void;
}
