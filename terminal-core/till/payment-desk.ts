import type { Fault } from '../../contract/ipc/fault.ts';
import type { PaymentPort, PaymentStanding } from '../checkout/backend-ports.ts';
import type { Clock, Timers } from '../checkout/ports.ts';
import type { ReplicationPort } from '../checkout/replication-ports.ts';
import type { TransactionStore } from '../checkout/transaction-ports.ts';
import { limits } from '../domain/limits.ts';
import { isOpenPayment } from '../domain/payment.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import { type Desk, instant } from './desk.ts';
import { stepTransaction } from './step-parts.ts';

export interface PaymentDeskParts {
  readonly store: Pick<TransactionStore, 'openPayment' | 'recordPayment' | 'end'>;
  readonly payments: PaymentPort;
  readonly replication: Pick<ReplicationPort, 'status' | 'onChange'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly report: Desk['report'];
  /** A piece of work may be the one that deals with the payment: it is left alone. */
  isBusy(): boolean;
  /** Something has become known. */
  onChange(): void;
}

/**
 * The card payment that a piece of work has left open (requirements.md 3.2, rows 1 and 2): asks the provider how it stands,
 * now and then while the backend is there, and records what it says. Declined and voided end the transaction; approved
 * leaves it Open for the cashier to finish by tap or to void. Never charges anything.
 */
export class PaymentDesk {
  readonly #parts: PaymentDeskParts;
  #stopTimer: (() => void) | null = null;
  #isAsking = false;
  #isStopped = false;
  /** How often it was asked about in the background: less and less often, as nobody stands and waits for it (Q12). */
  #rounds = 0;

  constructor(parts: PaymentDeskParts) {
    this.#parts = parts;
    parts.replication.onChange(() => this.wake());
  }

  /** The one attempt that is open, or null. */
  get open(): TillTransaction | null {
    return this.#parts.store.openPayment();
  }

  /** Asks in the background from now on, if there is something to ask and somebody to ask it of. */
  wake(): void {
    const isOnline = this.#parts.replication.status.state === 'online';
    if (this.#stopTimer || this.#isStopped || !isOnline || !this.#undecided()) return;
    this.#rounds = 0;
    this.#askAfter(0);
  }

  stop(): void {
    this.#isStopped = true;
    this.#stopTimer?.();
  }

  /** @returns why the provider could not be asked; null where it was, or where nothing needs to be asked */
  async ask(): Promise<Fault | null> {
    const asked = this.#undecided();
    if (!asked || this.#isAsking || this.#parts.isBusy()) return null;
    this.#isAsking = true;
    try {
      const standing = await this.#standingOf(asked);
      if (!standing.ok) return standing.fault;
      this.#settle(asked, standing.value);
      return null;
    } finally {
      this.#isAsking = false;
    }
  }

  /** What the backend has never heard of is refused for good before it is given up (Q13). */
  async #standingOf({ terminalTransactionNumber }: TillTransaction) {
    const { payments } = this.#parts;
    const standing = await payments.ask(terminalTransactionNumber);
    if (standing.ok && standing.value) return { ok: true, value: standing.value } as const;
    return standing.ok ? await payments.void(terminalTransactionNumber) : standing;
  }

  #settle(asked: TillTransaction, { status, reference }: PaymentStanding): void {
    const { store, clock, report, isBusy, onChange } = this.#parts;
    // A work that began meanwhile asks for itself; and what it has ended is not ended twice.
    const isSame = store.openPayment()?.stateVersion === asked.stateVersion;
    if (this.#isStopped || isBusy() || !isSame || status === asked.payment?.status) return;
    const { terminalTransactionNumber } = asked;
    const at = instant(clock);
    const payment = { status, reference, at };
    const details = { paymentStatus: status, paymentReference: reference };
    if (isOpenPayment(status)) {
      const changed = store.recordPayment(terminalTransactionNumber, payment);
      report({ event: 'paymentChanged', transaction: stepTransaction(changed), details });
    } else {
      const reason = status === 'declined' ? 'PAYMENT_DECLINED' : 'PAYMENT_VOIDED';
      const how = { cause: 'cleanup', reason, shown: null, monitor: null } as const;
      const ended = store.end(terminalTransactionNumber, { ...how, state: 'Aborted', at, payment });
      report({ event: 'cleanup', transaction: stepTransaction(ended), details });
    }
    onChange();
  }

  /** What is open and not paid: only that the provider has to be asked about. */
  #undecided(): TillTransaction | null {
    const { open } = this;
    return open && open.payment?.status !== 'approved' ? open : null;
  }

  #askAfter(delayMs: number): void {
    this.#stopTimer = this.#parts.timers.after(delayMs, () => void this.#askAgain());
  }

  async #askAgain(): Promise<void> {
    if (!this.#isStopped) await this.ask();
    this.#stopTimer = null;
    const isOnline = this.#parts.replication.status.state === 'online';
    if (this.#isStopped || !isOnline || !this.#undecided()) return;
    const { idleAskFloorMs, idleAskCapMs } = limits.payment;
    this.#askAfter(Math.min(idleAskCapMs, idleAskFloorMs * 2 ** Math.min(this.#rounds++, 20)));
  }
}
