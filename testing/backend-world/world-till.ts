import type { z } from 'zod';
import { batchAnswerSchema, batchEntriesMax, type EntryResult } from '../../contract/wire/batch.ts';
import { enrolmentAnswerSchema } from '../../contract/wire/enrolment.ts';
import { type ProblemCode, problemSchema } from '../../contract/wire/problem.ts';
import { TestJournal } from '../backend/journal.ts';
import type { SentTransaction } from '../backend/payloads.ts';
import type { Dice } from './dice.ts';
import { FleetFault, type Reply } from './fleet.ts';
import type { World } from './world.ts';

/** What the backend said of an entry when it first took it; `heard` only of what was taken while its answer was lost. */
export type EntryWord = { outcome: EntryResult['outcome'] | 'heard'; code: string | undefined };

/** A card payment that a till has asked for and not ended. */
export type OpenCard = { number: number; amountMinor: number; groupId: string | undefined };

/** A till reduced to its journal and its uplink, which remembers everything that it ever said and was told. */
export class WorldTill {
  readonly name: string;
  readonly code: 'DEMO-FEST' | 'DEMO-CANTEEN';
  readonly world: World;
  readonly dice: Dice;
  readonly assignmentId: number;
  readonly editionId: number;
  readonly token: string;
  readonly journal: TestJournal;
  readonly words = new Map<number, EntryWord>();
  /** Everything it said of transactions, to be said again or to be distorted. */
  readonly said: SentTransaction[] = [];
  /** What unknown transactions turn out to be. */
  readonly later: SentTransaction[] = [];
  readonly sold: SentTransaction[] = [];
  readonly refunded: SentTransaction[] = [];
  cards: OpenCard[] = [];
  number = 0;
  acknowledged = 0;
  /** Batches that were taken. */
  readonly sentRanges: [number, number][] = [];
  /** Its token was taken back: nobody hears from it any more. */
  isLost = false;
  readonly #versions = new Map<number, number>();
  /** Entries whose first answer has arrived; one that is on its way may arrive after that of a repetition. */
  readonly #taken = new Set<number>();

  private constructor(
    world: World,
    name: string,
    code: WorldTill['code'],
    enrolment: { assignmentId: number; editionId: number; token: string },
    journal: TestJournal,
  ) {
    this.world = world;
    this.name = name;
    this.code = code;
    this.dice = world.dice(name);
    this.assignmentId = enrolment.assignmentId;
    this.editionId = enrolment.editionId;
    this.token = enrolment.token;
    this.journal = journal;
  }

  static async enrol(world: World, name: string, code: WorldTill['code']): Promise<WorldTill> {
    const dice = world.dice(`enrolment of ${name}`);
    const journalId = Array.from({ length: 32 }, () => dice.below(16).toString(16)).join('');
    const reply = await world.fleet.ask(dice, '/v1/enrolments', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ code, terminalName: name, journalId }),
    });
    if (reply.status !== 201) throw new FleetFault(`enrolment answered ${reply.status} ${reply.text}`);
    const { assignmentId, token, edition } = enrolmentAnswerSchema.parse(JSON.parse(reply.text));
    const enrolment = { assignmentId, editionId: edition.id, token };
    return new WorldTill(world, name, code, enrolment, new TestJournal(journalId));
  }

  get currency(): 'CHF' | 'GBP' {
    return this.code === 'DEMO-FEST' ? 'CHF' : 'GBP';
  }

  note(deed: string, outcome: string | number, detail = ''): void {
    this.world.note(this.name, deed, outcome, detail);
  }

  /** Says something of a transaction: one version more than it said before. */
  say(sent: SentTransaction, state: SentTransaction['state'] = sent.state): SentTransaction {
    const stateVersion = (this.#versions.get(sent.terminalTransactionNumber) ?? 2) + 1;
    this.#versions.set(sent.terminalTransactionNumber, stateVersion);
    const said = { ...sent, state, stateVersion };
    this.said.push(said);
    this.journal.append('transaction', said);
    return said;
  }

  async ask(path: string, method = 'GET', body?: unknown): Promise<Reply> {
    const headers = { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' };
    const init =
      body === undefined ? { method, headers: { Authorization: headers.Authorization } } : { method, headers };
    const reply = await this.world.fleet.ask(
      this.dice,
      `/v1/assignments/${this.assignmentId}${path}`,
      body === undefined ? init : { ...init, body: typeof body === 'string' ? body : JSON.stringify(body) },
    );
    if (reply.status === 401) this.isLost = true;
    return reply;
  }

  /** Sends entries `first` to `last` and keeps what was said of each. Throws where one was taken twice. */
  async send(first: number, last: number): Promise<ProblemCode | 'taken'> {
    const until = Math.min(last, first + batchEntriesMax - 1);
    const { batchId, body } = this.journal.batch(first, until);
    const said = await this.sendBody(batchId, body);
    if (said === 'taken') this.sentRanges.push([first, until]);
    return said;
  }

  async sendBody(batchId: string, body: string): Promise<ProblemCode | 'taken'> {
    const reply = await this.ask(`/batches/${batchId}`, 'PUT', body);
    if (reply.status !== 200) return problemSchema.parse(JSON.parse(reply.text)).code;
    const { results, seal } = batchAnswerSchema.parse(JSON.parse(reply.text));
    const again = reply.headers.get('Idempotency-Hit') !== null;
    for (const result of results) this.#hear(result, again);
    this.acknowledged = Math.max(this.acknowledged, seal.seq);
    return 'taken';
  }

  #hear({ seq, outcome, error }: EntryResult, again: boolean): void {
    const word = this.words.get(seq);
    const isNew = outcome !== 'duplicate';
    if (isNew && !again) {
      if (this.#taken.has(seq)) throw new FleetFault(`${this.name}: entry ${seq} was taken twice, and then ${outcome}`);
      this.#taken.add(seq);
    }
    if (isNew || word === undefined)
      this.words.set(seq, { outcome: isNew ? outcome : error === undefined ? 'heard' : 'rejected', code: error?.code });
  }

  /** Everything, to the last entry. */
  async flush(): Promise<void> {
    while (!this.isLost && this.acknowledged < this.journal.entries.length) {
      const said = await this.send(this.acknowledged + 1, this.journal.entries.length);
      if (said !== 'taken' && !this.isLost) throw new FleetFault(`${this.name}: an honest batch was refused: ${said}`);
    }
  }

  /** The answer of a route as its contract has it, or the code of its problem. */
  static read<Schema extends z.ZodType>(schema: Schema, reply: Reply): z.output<Schema> | ProblemCode {
    const json: unknown = JSON.parse(reply.text);
    return reply.status === 200 ? schema.parse(json) : problemSchema.parse(json).code;
  }
}
