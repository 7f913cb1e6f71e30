import type { Fault, FaultCode } from '../../contract/ipc/fault.ts';
import type { PaymentStanding } from '../checkout/backend-ports.ts';
import { limits } from '../domain/limits.ts';
import type { Result } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import type { Desk } from './desk.ts';

/** What the provider has said in the end, in the words of the chart. */
export type PaymentEnd =
  | { readonly type: 'APPROVED' | 'DECLINED' | 'VOIDED' | 'UNVOIDED' }
  | { readonly type: 'UNCLEAR'; readonly status: 'pending' | 'unknown' }
  | { readonly type: 'CANCEL' | 'INTERRUPT' };

/** One question to the provider; null: the backend knows of no such payment. */
type Ask = () => Promise<Result<PaymentStanding | null, Fault>>;

/** What trying again does not change while somebody waits for it. */
const hopeless: readonly FaultCode[] = ['BACKEND_REFUSED', 'NOT_ENROLLED', 'TRAINING'];
/** A backend that answers with an error may have had a bad moment, but not for ever. */
const faultyAnswersMax = 3;

/**
 * Asks for one card payment, or for its money back, until the provider has decided or patience ends. Between two questions
 * it waits as long as the backend says, within bounds; a question that is not answered is asked again as it was.
 */
export class CardPayment {
  readonly #desk: Pick<Desk, 'payments' | 'timers'>;
  readonly #patienceMs: number;
  readonly #onStatus: (status: 'pending' | 'unknown') => void;
  #reference: string | null = null;
  #stopped: 'CANCEL' | 'INTERRUPT' | null = null;
  #wake: (() => void) | null = null;
  #onInterrupt: (() => void) | null = null;

  /** @param onStatus told what is being waited for */
  constructor(
    desk: Pick<Desk, 'payments' | 'timers'>,
    patienceMs: number,
    onStatus: (status: 'pending' | 'unknown') => void = () => undefined,
  ) {
    this.#desk = desk;
    this.#patienceMs = patienceMs;
    this.#onStatus = onStatus;
  }

  /** The provider's own name for the payment, once it has said one. */
  get reference(): string | null {
    return this.#reference;
  }

  /** `CANCEL` waits for the question that is on its way, so that nothing is charged behind its back. */
  stop(by: 'CANCEL' | 'INTERRUPT'): void {
    this.#stopped ??= by;
    if (by === 'INTERRUPT') this.#onInterrupt?.();
    this.#wake?.();
  }

  /** Charges the card, or finds out what became of it if that was asked for before: the same request is charged once. */
  async pay(transaction: TillTransaction): Promise<PaymentEnd> {
    const { payments } = this.#desk;
    const start: Ask = () => payments.start(transaction);
    const ask: Ask = () => payments.ask(transaction.terminalTransactionNumber);
    return await this.#until(start, ask, this.#patienceMs, ({ status }) => paidBy(status));
  }

  /** Gives the card its money back. @param wasPaid it is known to have paid */
  async giveBack({ terminalTransactionNumber }: TillTransaction, wasPaid: boolean): Promise<PaymentEnd> {
    const { payments } = this.#desk;
    const start: Ask = () => payments.void(terminalTransactionNumber);
    const ask: Ask = () => payments.ask(terminalTransactionNumber);
    const patienceMs = Math.min(this.#patienceMs, limits.payment.voidPatienceMs);
    return await this.#until(start, ask, patienceMs, ({ status }) => givenBackBy(status, wasPaid));
  }

  async #until(
    start: Ask,
    ask: Ask,
    patienceMs: number,
    decide: (standing: PaymentStanding) => PaymentEnd | null,
  ): Promise<PaymentEnd> {
    // Not by the clock on the wall: one that is set back would keep the customer waiting for as long as it was wrong.
    let isOver = false;
    const stopPatience = this.#desk.timers.after(patienceMs, () => {
      isOver = true;
      this.#wake?.();
    });
    try {
      return await this.#askUntil(start, ask, () => isOver, decide);
    } finally {
      stopPatience();
    }
  }

  async #askUntil(
    start: Ask,
    ask: Ask,
    isOver: () => boolean,
    decide: (standing: PaymentStanding) => PaymentEnd | null,
  ): Promise<PaymentEnd> {
    let isStarted = false;
    for (let unanswered = 0; ; ) {
      const answer = await this.#answerOf(isStarted ? ask : start);
      if (answer === null) return { type: 'INTERRUPT' };
      const standing = answer.ok ? answer.value : null;
      // A backend that has forgotten what it was asked for is asked for it again.
      isStarted = answer.ok ? standing !== null : isStarted;
      unanswered = standing ? 0 : unanswered + 1;
      this.#reference = standing?.reference ?? this.#reference;
      const end = standing ? decide(standing) : null;
      if (end) return end;
      if (this.#stopped) return { type: this.#stopped };
      const status = standing?.status === 'pending' ? 'pending' : 'unknown';
      const isHopeless = !answer.ok && mayNotHelp(answer.fault, unanswered);
      if (isHopeless || isOver()) return { type: 'UNCLEAR', status };
      this.#onStatus(status);
      await this.#pause(delayMs(standing?.askAgainMs ?? null, unanswered));
      if (this.#stopped) return { type: this.#stopped };
    }
  }

  /** Null: the till is stopping, and the question goes unheard. */
  #answerOf(ask: Ask): Promise<Awaited<ReturnType<Ask>> | null> {
    if (this.#stopped === 'INTERRUPT') return Promise.resolve(null);
    const interrupted = new Promise<null>((resolve) => {
      this.#onInterrupt = () => resolve(null);
    });
    return Promise.race([ask(), interrupted]);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const stopTimer = this.#desk.timers.after(ms, () => this.#wake?.());
      this.#wake = () => {
        stopTimer();
        this.#wake = null;
        resolve();
      };
    });
  }
}

function mayNotHelp({ code }: Fault, unanswered: number): boolean {
  return hopeless.includes(code) || (code === 'BACKEND_FAULT' && unanswered >= faultyAnswersMax);
}

function paidBy(status: PaymentStanding['status']): PaymentEnd | null {
  switch (status) {
    case 'approved':
      return { type: 'APPROVED' };
    case 'declined':
      return { type: 'DECLINED' };
    case 'voided':
      return { type: 'VOIDED' };
    case 'pending':
    case 'unknown':
      return null;
  }
}

/** @param wasPaid then a provider that has not charged the card any more has given it back */
function givenBackBy(status: PaymentStanding['status'], wasPaid: boolean): PaymentEnd | null {
  switch (status) {
    case 'voided':
      return { type: 'VOIDED' };
    case 'declined':
      return { type: wasPaid ? 'VOIDED' : 'DECLINED' };
    case 'approved':
      return { type: 'UNVOIDED' };
    case 'pending':
    case 'unknown':
      return null;
  }
}

/** As the backend says, within bounds; without an answer twice as long each time. */
function delayMs(askAgainMs: number | null, unanswered: number): number {
  const { askFloorMs, askCapMs } = limits.payment;
  const wantedMs = askAgainMs ?? askFloorMs * 2 ** Math.min(unanswered, 10);
  return Math.min(askCapMs, Math.max(askFloorMs, wantedMs));
}
