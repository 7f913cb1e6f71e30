import { z } from 'zod';
import { batchAnswerSchema, batchRequestSchema } from '../../contract/wire/batch.ts';
import { journalKinds, tagSnapshotPayloadSchema } from '../../contract/wire/journal.ts';
import { reservationRequestSchema } from '../../contract/wire/reservation.ts';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import { replicableStates } from '../../contract/wire/words.ts';
import type { SimulatedBackend } from './backend.ts';
import type { BooksModel, SentEntry, SentTransaction, Verdict } from './books-model.ts';
import type { CardProvider } from './card-provider.ts';
import type { JobRhythm } from './job-rhythm.ts';
import { demand, keyOf } from './money-model.ts';
import type { Answer, SentRequest } from './network.ts';
import type { SimulatedTime } from './simulated-time.ts';

const routePattern = /^\/v1\/assignments\/(\d+)\/(batches\/[\d-]+|transactions\/(\d+)\/reservation)$/;
const replacementPattern = /\/tags\/([0-9A-F]+)\/replacement$/;
const replacementSchema = z.object({ new_uid: z.string(), balance_minor: z.int() });
const kindSchema = z.enum(journalKinds);
const stateSchema = z.enum(replicableStates);
const outcomeSchema = z.object({ seq: z.int(), outcome: z.enum(['accepted', 'duplicate', 'rejected']) });
const sealRowSchema = z.object({ last_seq: z.int(), last_hash: z.string() });

/**
 * Sits before the backend and tells the books model what truly reached it: what a batch has left in the database counts, not
 * what the till got to hear. Where there is an answer, it has to be the one that the model gives.
 */
export class BackendTap {
  readonly #backend: SimulatedBackend;
  readonly #books: BooksModel;
  readonly #provider: CardProvider;
  readonly #jobs: JobRhythm;
  readonly #time: SimulatedTime;
  readonly #trace: (line: string) => void;
  readonly #isLost: (assignmentId: number) => boolean;
  /** Requests that may have changed the books, since these were last compared. */
  changes = 0;

  /** @param isLost whether the till of an assignment has lost what it knew */
  constructor(
    backend: SimulatedBackend,
    books: BooksModel,
    provider: CardProvider,
    jobs: JobRhythm,
    time: SimulatedTime,
    trace: (line: string) => void,
    isLost: (assignmentId: number) => boolean,
  ) {
    this.#backend = backend;
    this.#books = books;
    this.#provider = provider;
    this.#jobs = jobs;
    this.#time = time;
    this.#trace = trace;
    this.#isLost = isLost;
  }

  async answer(request: SentRequest): Promise<Answer | null> {
    const answer = await this.#backend.answer(request);
    this.#trace(`${request.method} ${request.path} ${answer?.status ?? 'dead'}`);
    if (request.path.endsWith('/payment')) await this.#jobs.notePayment();
    const lostUid = replacementPattern.exec(request.path)?.[1];
    if (lostUid !== undefined) await this.#replacement(lostUid);
    const route = routePattern.exec(request.path);
    if (route && request.method === 'PUT' && request.body !== null) {
      this.#books.expire(this.#time.nowMs());
      const assignmentId = Number(route[1]);
      if (route[3] === undefined) await this.#batch(assignmentId, request.body, answer);
      else await this.#reservation(assignmentId, Number(route[3]), request.body, answer);
    }
    return answer;
  }

  async #batch(assignmentId: number, body: string, answer: Answer | null): Promise<void> {
    const { entries } = batchRequestSchema.parse(JSON.parse(body));
    const [row] = await this.#backend.query('SELECT last_seq, last_hash FROM assignment WHERE assignment_id = $1', [
      assignmentId,
    ]);
    const seal = sealRowSchema.parse(row);
    const before = this.#books.seals.get(assignmentId)?.seq ?? 0;
    const taken = entries.filter(({ seq }) => seq > before && seq <= seal.last_seq);
    if (answer?.status === 200) {
      const parsed = batchAnswerSchema.parse(JSON.parse(answer.body));
      demand(parsed.seal.seq <= seal.last_seq, 'INV-05 seal', `an answer seals ${parsed.seal.seq} of ${seal.last_seq}`);
    }
    if (taken.length === 0) return;
    const isLost = this.#isLost(assignmentId);
    demand(!isLost, 'INV-05 fork', `${assignmentId} is taken up to ${seal.last_seq} from a till that lost its journal`);
    this.changes += 1;
    const sent = taken.map(sentEntry);
    const expected = this.#books.received(assignmentId, sent, await this.#outcomes(assignmentId, sent));
    this.#checkCharges(assignmentId, sent);
    // A card top-up that its till gives up is to be voided.
    if (sent.some(({ transaction }) => transaction?.method === 'card')) await this.#jobs.notePayment();
    const sealed = this.#books.seals.get(assignmentId);
    const isSealed = sealed?.seq === seal.last_seq && sealed.hash === seal.last_hash;
    demand(isSealed, 'INV-05 seal', `assignment ${assignmentId} is sealed at ${seal.last_seq}, not at ${sealed?.seq}`);
    if (answer?.status === 200) compareResults(assignmentId, sent, expected, answer.body);
  }

  /** What the backend has written down of each entry. */
  async #outcomes(assignmentId: number, taken: readonly SentEntry[]): Promise<ReadonlyMap<number, Verdict>> {
    const rows = await this.#backend.query(
      'SELECT seq, outcome FROM journal_entry WHERE assignment_id = $1 AND seq = ANY($2::bigint[])',
      [assignmentId, taken.map(({ seq }) => seq)],
    );
    return new Map(
      z
        .array(outcomeSchema)
        .parse(rows)
        .map(({ seq, outcome }) => [seq, outcome]),
    );
  }

  /** Nothing is booked that no card has paid (INV-64). */
  #checkCharges(assignmentId: number, sent: readonly SentEntry[]): void {
    for (const { transaction } of sent) {
      if (transaction?.method !== 'card') continue;
      const key = keyOf(assignmentId, transaction.number);
      if (this.#books.known.get(key)?.state !== 'Committed') continue;
      const paid = this.#provider.paidMinor(key);
      const credited = transaction.moves.get('top-up:card') ?? 0;
      demand(paid === -credited, 'INV-64 card', `${key} books ${-credited} from a card that paid ${paid}`);
    }
  }

  async #replacement(lostUid: string): Promise<void> {
    this.#books.expire(this.#time.nowMs());
    const query = 'SELECT new_uid, balance_minor FROM tag_replacement WHERE uid = $1';
    const [row] = await this.#backend.query(query, [lostUid]);
    if (row === undefined) return;
    const { new_uid: newUid, balance_minor: balanceMinor } = replacementSchema.parse(row);
    this.#books.replaced(lostUid, newUid, balanceMinor);
  }

  async #reservation(assignmentId: number, number: number, body: string, answer: Answer | null): Promise<void> {
    const [row] = await this.#backend.query<{ state: string }>(
      'SELECT state FROM transactions WHERE assignment_id = $1 AND terminal_transaction_number = $2',
      [assignmentId, number],
    );
    if (answer?.status === 200)
      demand(row !== undefined, 'reservation', `${keyOf(assignmentId, number)} is said to be held`);
    if (!row || this.#books.known.has(keyOf(assignmentId, number))) return;
    this.changes += 1;
    const { type, balanceDeltaMinor, tag } = reservationRequestSchema.parse(JSON.parse(body));
    const { uid, generation, transactionNumber } = tag;
    const content = {
      type,
      uid,
      generation,
      tagNumber: transactionNumber,
      deltaMinor: balanceDeltaMinor,
      method: null,
    };
    const untilMs = this.#books.reserved(assignmentId, number, content, this.#time.nowMs());
    this.#jobs.noteReservation(untilMs);
  }

  /** Every state and every balance of the books against the model's. */
  async compare(): Promise<void> {
    this.changes = 0;
    this.#books.expire(this.#time.nowMs());
    await this.#compareStates();
    await this.#compareBalances();
  }

  async #compareStates(): Promise<void> {
    const rows = await this.#backend.query<{ key: string; state: string }>(
      `SELECT assignment_id || '/' || terminal_transaction_number AS key, state FROM transactions WHERE assignment_id IS NOT NULL`,
    );
    const states = new Map(rows.map(({ key, state }) => [key, state]));
    for (const { key, state } of this.#books.known.values()) {
      const found = states.get(key);
      // Marked by a job, and by whoever looks at it sooner.
      const isSame = found === state || (state === 'ReserveExpired' && found === 'ReservePending');
      demand(isSame, '3.4 states', `${key} is ${found} and has to be ${state}`);
    }
    for (const [key, state] of states) {
      const isPaying = state === 'Open' || state === 'ExternalPending' || state === 'ExternalUnknown';
      demand(this.#books.known.has(key) || isPaying, '3.4 states', `${key} is ${state} and nobody sent it`);
    }
  }

  async #compareBalances(): Promise<void> {
    const rows = await this.#backend.query<{ name: string; cached: number; postings: number }>(
      `WITH side AS (
         SELECT edition_id, debit_account_id AS account_id, amount_minor FROM posting
         UNION ALL SELECT edition_id, credit_account_id, -amount_minor FROM posting
       ), summed AS (SELECT edition_id, account_id, sum(amount_minor) AS minor FROM side GROUP BY 1, 2)
       SELECT coalesce('customer:' || (SELECT string_agg(uid, '+' ORDER BY first_seen_at, uid) FROM tag
                WHERE tag.edition_id = a.edition_id AND tag.customer_id = a.customer_id), a.name) AS name,
              a.balance_minor AS cached, coalesce(summed.minor, 0) AS postings
         FROM account a LEFT JOIN summed USING (edition_id, account_id) WHERE a.edition_id = 1`,
    );
    const sum = rows.reduce((total, { cached }) => total + cached, 0);
    demand(sum === 0, 'INV-02 sum', `all accounts come to ${sum}`);
    const named = new Map<string, number>();
    for (const { name, cached, postings } of rows) {
      demand(cached === postings, 'INV-03 cache', `${name} says ${cached} and its postings ${postings}`);
      named.set(name, cached);
    }
    const wanted = this.#byOwner([...named.keys()]);
    for (const [account, minor] of wanted) {
      const found = named.get(account) ?? 0;
      demand(found === minor, 'books', `${account} holds ${found} and has to hold ${minor}`);
    }
    for (const [account, found] of named)
      demand(found === 0 || wanted.has(account), 'books', `${account} holds ${found} and nothing was booked on it`);
  }

  /** The model's balances; a customer who has had several tags has one account. */
  #byOwner(names: readonly string[]): ReadonlyMap<string, number> {
    const owners = new Map<string, string>(
      names.flatMap((name) =>
        (name.startsWith('customer:') ? name.slice(9).split('+') : []).map((uid) => [`customer:${uid}`, name] as const),
      ),
    );
    const wanted = new Map<string, number>();
    for (const [account, minor] of this.#books.balances) {
      const owner = owners.get(account) ?? account;
      wanted.set(owner, (wanted.get(owner) ?? 0) + minor);
    }
    return wanted;
  }
}

function compareResults(
  assignmentId: number,
  sent: readonly SentEntry[],
  expected: ReturnType<BooksModel['received']>,
  body: string,
): void {
  const { results } = batchAnswerSchema.parse(JSON.parse(body));
  const lastOf = new Map(sent.map(({ seq, transaction }) => [transaction?.number ?? -seq, seq]));
  for (const { seq, outcome, state } of results) {
    const model = expected.get(seq);
    if (!model) continue;
    const name = `entry ${seq} of ${assignmentId}`;
    demand(outcome === model.verdict, 'ingest verdict', `${name} is ${outcome} and has to be ${model.verdict}`);
    const isLast = [...lastOf.values()].includes(seq);
    if (!isLast || model.state === null) continue;
    demand(state === model.state, 'ingest state', `${name} leaves ${state} and has to leave ${model.state}`);
  }
}

function sentEntry(entry: z.infer<typeof batchRequestSchema>['entries'][number]): SentEntry {
  const kind = kindSchema.parse(entry.kind);
  const transaction = kind === 'transaction' ? sentTransaction(entry.payload) : null;
  const snapshot = kind === 'tagSnapshot' ? tagSnapshotPayloadSchema.parse(entry.payload) : null;
  return { seq: entry.seq, kind, hash: entry.hash, transaction, snapshot };
}

function sentTransaction(raw: unknown): SentTransaction {
  const payload = transactionPayloadSchema.parse(raw);
  const moves = new Map<string, number>();
  for (const { debit, credit, amountMinor } of payload.items) {
    moves.set(debit, (moves.get(debit) ?? 0) + amountMinor);
    moves.set(credit, (moves.get(credit) ?? 0) - amountMinor);
  }
  return {
    number: payload.terminalTransactionNumber,
    version: payload.stateVersion,
    state: stateSchema.parse(payload.state),
    type: payload.type,
    method: payload.paymentMethod,
    deltaMinor: payload.balanceDeltaMinor,
    uid: payload.tag.uid,
    generation: payload.tag.generation,
    tagNumber: payload.tag.transactionNumber,
    moves,
  };
}
