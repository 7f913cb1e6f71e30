import { z } from 'zod';
import type { TransitionCause, TransitionKind } from '../../backend-mock/ingest/transitions.ts';
import { checkDuePayments } from '../../backend-mock/jobs/check-payments.ts';
import { expireDueReservations } from '../../backend-mock/jobs/expire-reservations.ts';
import { limits } from '../../backend-mock/limits.ts';
import { boundedProvider } from '../../backend-mock/payments/bounded-provider.ts';
import { simulatedProvider } from '../../backend-mock/payments/simulated-provider.ts';
import type { Database } from '../../backend-mock/store/database.ts';
import type { BackendState } from '../../contract/wire/words.ts';
import { silentLog } from './backend.ts';
import { cardTopUp, cardWish, putPayment } from './card-payments.ts';
import { chargeback, purchase, refund, type SentTransaction, snapshot, tagAdjustment, topUp } from './payloads.ts';
import { uidsFrom } from './tag-uids.ts';
import { enrolTill, type TillClient } from './till-client.ts';
import type { WalkedBackend } from './walked-backend.ts';

export type TerminalKind = Extract<TransitionKind, `terminal-${string}`>;

/** A state with what brought the transaction there: who settled it decides what its till may still say (Q9). */
export type Standing = { state: BackendState; cause: TransitionCause } | undefined;

/** A transaction of a till, in the state that a test wants to start from. */
export type WalkedRow = { kind: TerminalKind; till: TillClient; number: number; uid: string; sent: SentTransaction };

/** Where the transactions of a kind can stand, each reached by legal steps alone. */
export const standingsOf: Readonly<Record<TerminalKind, readonly Standing[]>> = {
  'terminal-purchase': withReserve(),
  'terminal-cash-refund': withReserve(),
  'terminal-cash-top-up': withoutReserve(),
  'terminal-chargeback': withoutReserve(),
  'terminal-tag-adjustment': withoutReserve(),
  'terminal-card-top-up': [
    undefined,
    { state: 'ExternalPending', cause: 'TO' },
    { state: 'ExternalUnknown', cause: 'TM' },
    { state: 'TerminalConfirmUnknown', cause: 'TR' },
    { state: 'Committed', cause: 'TR' },
    { state: 'Committed', cause: 'AD' },
    { state: 'Aborted', cause: 'TR' },
    { state: 'Aborted', cause: 'AD' },
  ],
};

function withoutReserve(): Standing[] {
  return [
    undefined,
    { state: 'TerminalConfirmUnknown', cause: 'TR' },
    { state: 'Committed', cause: 'TR' },
    { state: 'Committed', cause: 'AD' },
    { state: 'Committed', cause: 'TD' },
    { state: 'Aborted', cause: 'TR' },
    { state: 'Aborted', cause: 'AD' },
    { state: 'Aborted', cause: 'TD' },
  ];
}

function withReserve(): Standing[] {
  return [
    undefined,
    { state: 'ReservePending', cause: 'TO' },
    { state: 'ReserveExpired', cause: 'TM' },
    { state: 'Reserve', cause: 'TD' },
    { state: 'TerminalConfirmUnknown', cause: 'TR' },
    { state: 'Committed', cause: 'TR' },
    { state: 'Committed', cause: 'AD' },
    { state: 'Aborted', cause: 'TR' },
    { state: 'Aborted', cause: 'AD' },
    { state: 'Aborted', cause: 'TD' },
  ];
}

/** A day after which nobody asks about a payment any more (Q12) is simulated by these last two digits. */
const silentMinor = 50_02;
const approvedMinor = 50_00;
const feeMinor = 5_00;

function sentOf(
  kind: TerminalKind,
  standing: Standing,
  till: TillClient,
  number: number,
  uid: string,
): SentTransaction {
  const plan = { number, uid, before: 100_00, tagNumber: 5 };
  switch (kind) {
    case 'terminal-purchase':
      return purchase(plan, 4_00);
    case 'terminal-cash-refund':
      return refund(plan, 3_00, 50);
    case 'terminal-cash-top-up':
      return topUp(plan, 20_00, 5_00);
    case 'terminal-card-top-up':
      return cardTopUp(plan, standing?.state === 'ExternalUnknown' ? silentMinor : approvedMinor, feeMinor);
    case 'terminal-chargeback':
      return chargeback(plan, 4_00, { assignmentId: till.assignmentId, terminalTransactionNumber: number });
    case 'terminal-tag-adjustment':
      return tagAdjustment(plan, 3_00, 1);
  }
}

/** Makes every payment that is still asked about a day old, and due. */
export async function ageOpenPayments(database: Database, now: Date): Promise<void> {
  const text =
    'UPDATE payment SET created_at = created_at - $1::interval, next_check_at = $2 WHERE next_check_at IS NOT NULL';
  await database.pool.query(text, [`${limits.paymentCheckForMs} milliseconds`, now]);
}

/** Makes transactions that stand where they are wanted, through the routes and jobs of a real backend. */
export class RowMaker {
  readonly #walked: WalkedBackend;
  readonly #newUid = uidsFrom('04F1');
  /** The till that reads tags of others. */
  #reader: TillClient | undefined;

  constructor(walked: WalkedBackend) {
    this.#walked = walked;
  }

  /** A till with rows of one kind, each with a number and a tag of its own, all where they are wanted. */
  async make(kind: TerminalKind, standings: readonly Standing[]): Promise<WalkedRow[]> {
    const till = await enrolTill(this.#walked.address);
    const rows = standings.map((standing, index) => {
      const uid = this.#newUid();
      return { kind, till, number: index + 1, uid, sent: sentOf(kind, standing, till, index + 1, uid) };
    });
    const at = (wanted: (standing: NonNullable<Standing>) => boolean) =>
      rows.filter((_, index) => {
        const standing = standings[index];
        return standing !== undefined && wanted(standing);
      });
    await this.#pay(at(() => kind === 'terminal-card-top-up'));
    await this.#reserve(at(({ state }) => state === 'ReserveExpired'));
    await this.#expire();
    await this.#reserve(at(({ state }) => state === 'ReservePending'));
    await this.replicate(
      at(
        ({ state, cause }) =>
          state === 'TerminalConfirmUnknown' || (state !== 'Reserve' && (cause === 'AD' || cause === 'TD')),
      ),
      'TerminalConfirmUnknown',
    );
    await this.replicate(
      at(({ state, cause }) => state === 'Committed' && cause === 'TR'),
      'Committed',
    );
    await this.replicate(
      at(({ state, cause }) => state === 'Aborted' && cause === 'TR'),
      'Aborted',
    );
    await this.show(at(({ state, cause }) => cause === 'TD' && state !== 'Aborted'));
    await this.deny(at(({ state, cause }) => cause === 'TD' && state === 'Aborted'));
    for (const to of ['Committed', 'Aborted'] as const)
      for (const row of at(({ state, cause }) => cause === 'AD' && state === to)) await this.settle(row, to);
    return rows;
  }

  async #pay(rows: readonly WalkedRow[]): Promise<void> {
    for (const { till, number, sent } of rows) {
      const { status } = await putPayment(till, number, cardWish(sent.amountMinor, feeMinor));
      if (status !== 200) throw new Error(`a payment answered ${status}`);
    }
    if (!rows.some(({ sent }) => sent.amountMinor === silentMinor)) return;
    await ageOpenPayments(this.#walked.database, this.#walked.clock.now());
    await this.checkPayments();
    // An operator names the tag of whoever paid: somebody has to have seen it.
    await this.#read(rows, () => null);
  }

  /** One round of the job. */
  async checkPayments(): Promise<void> {
    const provider = boundedProvider(simulatedProvider(this.#walked.database, this.#walked.clock), 60, silentLog);
    await checkDuePayments({ database: this.#walked.database, clock: this.#walked.clock, provider });
  }

  async #reserve(rows: readonly WalkedRow[]): Promise<void> {
    for (const row of rows) {
      const status = await this.reserve(row);
      if (status !== 200) throw new Error(`a reservation answered ${status}`);
    }
  }

  async #expire(): Promise<void> {
    this.#walked.clock.pass(limits.reservationLifetimeMs);
    await expireDueReservations(this.#walked.database, this.#walked.clock);
  }

  /** An online checkout; what the route answered. */
  async reserve({ till, number, sent, kind }: WalkedRow): Promise<number> {
    const { amountMinor, tag } = sent;
    const type = kind === 'terminal-cash-refund' ? 'Refund' : 'Purchase';
    const balanceDeltaMinor = -Math.abs(sent.balanceDeltaMinor);
    const body = {
      type,
      amountMinor,
      balanceDeltaMinor,
      tag: { ...tag, balanceAfterMinor: tag.balanceBeforeMinor + balanceDeltaMinor },
    };
    const fits = type === 'Purchase' ? { ...body, amountMinor: -balanceDeltaMinor } : body;
    const init = { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(fits) };
    const response = await till.request(`/transactions/${number}/reservation`, init);
    await response.arrayBuffer();
    return response.status;
  }

  /** Sends a state of each row; the results in their order. */
  async replicate(rows: readonly WalkedRow[], state: SentTransaction['state'], stateVersion = 4) {
    return this.send(rows.map((row) => ({ row, sent: { ...row.sent, state, stateVersion } })));
  }

  /** Sends any words about rows of one till. */
  async send(words: readonly { row: WalkedRow; sent: unknown }[]) {
    const till = words[0]?.row.till;
    if (till === undefined) return [];
    const first = till.journal.entries.length + 1;
    for (const { sent } of words) till.journal.append('transaction', sent);
    const { answer, text } = await till.send(first);
    if (answer === undefined) throw new Error(text);
    return answer.results;
  }

  /** Another till has the tags in hand, and they show the transactions (Q6). */
  async show(rows: readonly WalkedRow[]): Promise<void> {
    await this.#read(rows, ({ till, number, sent }) => {
      const { balanceDeltaMinor: amountMinor, type } = sent;
      return { assignmentId: till.assignmentId, terminalTransactionNumber: number, amountMinor, type };
    });
  }

  /** Another till has the tags in hand, and another transaction holds the numbers on them (Q9). */
  async deny(rows: readonly WalkedRow[]): Promise<void> {
    await this.#read(rows, ({ number }, reader) => {
      return {
        assignmentId: reader.assignmentId,
        terminalTransactionNumber: number,
        amountMinor: 1_00,
        type: 'TopUp' as const,
      };
    });
  }

  async #read(
    rows: readonly WalkedRow[],
    lineOf: (row: WalkedRow, reader: TillClient) => ReturnType<typeof snapshot>['history'][number],
  ): Promise<void> {
    if (rows.length === 0) return;
    this.#reader ??= await enrolTill(this.#walked.address);
    const reader = this.#reader;
    const first = reader.journal.entries.length + 1;
    for (const row of rows) {
      const history = [lineOf(row, reader)];
      reader.journal.append('tagSnapshot', snapshot({ uid: row.uid, transactionNumber: 5, balanceMinor: 1, history }));
    }
    const { answer, text } = await reader.send(first);
    if (answer?.results.some(({ outcome }) => outcome !== 'accepted') !== false) throw new Error(text);
  }

  /** An operator ends it; the status of the answer. What nobody told of yet has nothing to be ended by. */
  async settle(row: WalkedRow, to: 'Committed' | 'Aborted'): Promise<number> {
    const id = await this.idOf(row);
    if (id === undefined) return 404;
    const body = { editionId: row.till.editionId, to, note: 'as the customer says', uid: row.uid };
    return (await (await this.#walked.operator()).post(`/transactions/${id}/resolution`, body)).status;
  }

  async idOf({ till, number }: WalkedRow): Promise<number | undefined> {
    const found = await this.#walked.database.pool.query(
      'SELECT backend_transaction_id AS id FROM transactions WHERE assignment_id = $1 AND terminal_transaction_number = $2',
      [till.assignmentId, number],
    );
    return z.object({ id: z.int() }).optional().parse(found.rows[0])?.id;
  }
}
