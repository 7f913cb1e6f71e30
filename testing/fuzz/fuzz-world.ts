import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { z } from 'zod';
import { type OperatorRole, operatorRoles } from '../../contract/wire/operators.ts';
import { startHash } from '../backend/journal.ts';
import { logIn, type OperatorClient } from '../backend/operator-client.ts';
import { enrolTill, type TillClient } from '../backend/till-client.ts';
import { type Integration, letIn, readCreditPurses, readPlaces, type TracPlace, tracKnown } from './integrations.ts';
import type { HostileJson } from './json-text.ts';
import { readKnown } from './known-values.ts';
import { type Newcomer, soundEditions, welcome } from './newcomers.ts';

/** A till of the world: its token, and how far the backend has its journal. */
export type FuzzTill = { client: TillClient; seal: { seq: number; hash: string }; nextNumber: number };

const password = 'a long password';
const tillCodes = ['DEMO-FEST', 'DEMO-FEST', 'DEMO-CANTEEN', 'DEMO-CANTEEN'] as const;

/**
 * What a hostile client could know: tokens of tills, sessions of operators of every role, and the names and numbers of everything that
 * is there. Fuzzing ends sessions and closes assignments: {@link FuzzWorld.refresh} makes new ones.
 */
export class FuzzWorld {
  readonly address: string;
  readonly port: number;
  readonly #database: pg.Client;
  #tills: readonly FuzzTill[] = [];
  #sessions: ReadonlyMap<OperatorRole, OperatorClient> = new Map();
  #editions: readonly number[] = [];
  readonly #newcomers = new Map<number, readonly Newcomer[]>();
  readonly #known = new Map<number, ReadonlyMap<string, readonly HostileJson[]>>();
  #noticeSecret: Buffer = Buffer.alloc(0);
  #integration: Integration | undefined;
  #places: readonly TracPlace[] = [];
  #creditPurses: readonly Pick<TracPlace, 'member' | 'purse'>[] = [];

  private constructor(address: string, database: pg.Client) {
    this.address = address;
    this.port = Number(new URL(address).port);
    this.#database = database;
  }

  static async start(address: string, databaseUrl: string): Promise<FuzzWorld> {
    const database = new pg.Client(databaseUrl);
    await database.connect();
    const world = new FuzzWorld(address, database);
    world.#noticeSecret = z
      .instanceof(Buffer)
      .parse((await database.query<{ secret: unknown }>('SELECT secret FROM payment_notice_secret')).rows[0]?.secret);
    await world.refresh();
    return world;
  }

  get tills(): readonly FuzzTill[] {
    return this.#tills;
  }

  /** With which the payment provider signs. */
  get noticeSecret(): Buffer {
    return this.#noticeSecret;
  }

  sessionOf(role: OperatorRole): OperatorClient {
    const session = this.#sessions.get(role);
    if (session === undefined) throw new Error(`there is an operator of the role ${role}`);
    return session;
  }

  get integration(): Integration {
    if (this.#integration === undefined) throw new Error('there is an integration');
    return this.#integration;
  }

  /** Transactions of purses, with everything that leads to them. */
  get places(): readonly TracPlace[] {
    return this.#places;
  }

  get creditPurses(): readonly Pick<TracPlace, 'member' | 'purse'>[] {
    return this.#creditPurses;
  }

  /** The editions that there are. */
  get editions(): readonly number[] {
    return this.#editions;
  }

  newcomersOf(editionId: number): readonly Newcomer[] {
    return this.#newcomers.get(editionId) ?? [];
  }

  /** What exists in an edition, by the name of the field that names it. */
  known(editionId: number, field: string): readonly HostileJson[] | undefined {
    return this.#known.get(editionId)?.get(field) ?? tracKnown.get(field);
  }

  /** Replaces identities that were used up, and learns what there is by now. */
  async refresh(): Promise<void> {
    this.#sessions = new Map(
      await Promise.all(operatorRoles.map(async (role) => [role, await this.#operator(role)] as const)),
    );
    this.#tills = await Promise.all(tillCodes.map((code, index) => this.#till(code, this.#tills[index])));
    for (const edition of soundEditions) {
      const earlier = this.#newcomers.get(edition.editionId) ?? [];
      const newcomer = await welcome(this.sessionOf('admin'), edition);
      this.#newcomers.set(edition.editionId, [newcomer, ...earlier].slice(0, 3));
    }
    this.#integration = await letIn(this.sessionOf('admin'), this.#integration);
    this.#places = await readPlaces(this.#database);
    this.#creditPurses = await readCreditPurses(this.#database);
    this.#editions = await this.#numbers('SELECT edition_id FROM edition ORDER BY edition_id LIMIT 4');
    for (const editionId of this.#editions) {
      const known = await readKnown(this.#database, editionId);
      this.#known.set(editionId, await this.#withNewcomers(known, this.#newcomers.get(editionId) ?? []));
    }
  }

  async close(): Promise<void> {
    await this.#database.end();
  }

  async #operator(role: OperatorRole): Promise<OperatorClient> {
    const known = this.#sessions.get(role);
    if (known !== undefined) {
      const seen = await known.request(role === 'admin' ? '/operators' : '/editions');
      await seen.arrayBuffer();
      if (seen.status === 200) return known;
    }
    const admin = await logIn(this.address);
    if (role === 'admin') return admin;
    const name = `${role}-${randomBytes(4).toString('hex')}`;
    const made = await admin.post('/operators', { name, role, password });
    if (made.status >= 300) throw new Error(`an operator was answered ${made.status}`);
    return logIn(this.address, password, name);
  }

  async #till(code: string, known: FuzzTill | undefined): Promise<FuzzTill> {
    if (known !== undefined) {
      const seen = await known.client.request('/seal');
      const seal = z.object({ seq: z.int(), hash: z.string() }).safeParse(await seen.json());
      if (seen.status === 200 && seal.success) return Object.assign(known, { seal: seal.data });
    }
    const client = await enrolTill(this.address, code);
    return { client, seal: { seq: 0, hash: startHash(client.journal.journalId) }, nextNumber: 1 };
  }

  async #numbers(text: string): Promise<number[]> {
    const found = await this.#database.query<unknown[]>({ text, rowMode: 'array' });
    return found.rows.map(([value]) => Number(value));
  }

  /** They weigh more than the others: they have money, and little that is hostile has been said of them. */
  async #withNewcomers(known: ReadonlyMap<string, readonly HostileJson[]>, newcomers: readonly Newcomer[]) {
    const customers = newcomers.map(({ customerId }) => customerId);
    const paid = await this.#database.query<{ reference: string }>(
      `SELECT p.reference FROM payment p JOIN transactions t USING (edition_id, backend_transaction_id)
        WHERE t.customer_id = ANY($1) AND t.state = 'Committed' AND p.reference IS NOT NULL`,
      [customers],
    );
    const heavier: [string, HostileJson[]][] = [
      ['uid', newcomers.flatMap(({ uid, debtorUid }) => [uid, debtorUid])],
      ['customerId', customers],
      ['in customers', customers],
      ['in online-top-ups', newcomers.flatMap(({ topUps }) => topUps)],
      ['paymentReference', paid.rows.map(({ reference }) => reference)],
    ];
    return new Map([
      ...known,
      ...heavier.map(
        ([field, values]) =>
          [field, [...(known.get(field) ?? []), ...values, ...values, ...values, ...values]] as const,
      ),
    ]);
  }
}
