import { createMerchant } from '../../backend-mock/configuration/catalogue.ts';
import { createEdition } from '../../backend-mock/configuration/editions.ts';
import { reportCoherence } from '../../backend-mock/ledger/coherence.ts';
import { systemRandom } from '../../backend-mock/ports.ts';
import { readCanteenEdition } from '../../backend-mock/purses/canteen-edition.ts';
import { applyCredits, processSales, settleAll } from '../../backend-mock/purses/canteen-rounds.ts';
import { createTransactions } from '../../backend-mock/purses/create-transactions.ts';
import { changeCreditMode } from '../../backend-mock/purses/credit-mode.ts';
import {
  changePurse,
  createCreditPurses,
  type PurseChange,
  replaceCreditPurse,
} from '../../backend-mock/purses/credit-purses.ts';
import type { CreditRules, PurseValidity } from '../../backend-mock/purses/insert-credit-purses.ts';
import { createMembers, lockMembers, type Member, type NewMember } from '../../backend-mock/purses/members.ts';
import type { NewPurseTransaction, TransactionOutcome } from '../../backend-mock/purses/new-transaction.ts';
import { readPurses } from '../../backend-mock/purses/purses.ts';
import { type Connection, type Database, openDatabase } from '../../backend-mock/store/database.ts';
import { migrate } from '../../backend-mock/store/migrate.ts';
import type { CreditMode } from '../../contract/wire/canteen.ts';
import type { Session } from '../../contract/wire/sessions.ts';
import { silentLog } from '../backend/backend.ts';

/** A canteen's edition in a database of its own, with a clock that a test moves by hand. */
export type Canteen = {
  database: Database;
  editionId: number;
  now(): Date;
  /** Any instant of RFC 3339. */
  setNow(instant: string): void;
  clock: { now(): Date };
  within<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  newMember(member?: Partial<NewMember>): Promise<Member>;
  /** Makes a credit purse and returns its id. */
  newPurse(member: Member, title: string, credit: CreditRules, validity?: PurseValidity): Promise<string>;
  /** Makes a transaction, by default dated now; throws where it is refused. Returns its number in the books. */
  post(member: Member, transaction: Posted): Promise<number>;
  /** What became of one that may be refused. */
  tryPost(member: Member, transaction: Posted): Promise<TransactionOutcome>;
  /** A meal. */
  sell(member: Member, amountMinor: number, more?: Partial<Posted>): Promise<number>;
  /** R74: closes the purse and makes another; returns the id of that. */
  replacePurse(member: Member, purseId: string, credit: CreditRules): Promise<string>;
  tryChange(member: Member, purseId: string, change: PurseChange): ReturnType<typeof changePurse>;
  setSessions(sessions: readonly Session[]): Promise<void>;
  setCreditMode(creditMode: CreditMode): Promise<void>;
  /** Titles of a member's purses. */
  titles(member: Member): Promise<string[]>;
  /** What was sent as the source of a sale's funds, as it was sent. */
  sourceOfFunds(backendTransactionId: number): Promise<string | null>;
  /** Does what the jobs do, now, for one member alone. */
  runFor(member: Member): Promise<void>;
  /** The credits of a member as they came. */
  credits(
    member: Member,
  ): Promise<{ amountMinor: number; usageMinor: number; cleared: string; expiresAt: string | null }[]>;
  /** Moves the clock and runs the jobs. */
  runAt(instant: string): Promise<void>;
  /** What a member's purses show, as it was made. */
  transactions(member: Member): Promise<ShownTransaction[]>;
  /** Balances of a member by the id of the purse. */
  balances(member: Pick<Member, 'customerId'>): Promise<Record<string, number>>;
  /** Findings of the coherence report. */
  findings(): Promise<number>;
  close(): Promise<void>;
};

export type Posted = Omit<NewPurseTransaction, 'customerId' | 'transactionDate'> & { transactionDate?: Date };

export type ShownTransaction = {
  backendTransactionId: number;
  purseId: string;
  type: string;
  amountMinor: number;
  state: string;
  transactionDate: string;
  creditPortionMinor: number;
  excessIgnoredMinor: number;
};

/** Migrates an empty database and makes a school in London in it, on the morning of Monday, 7 September 2026. */
export async function openCanteen(databaseUrl: string, timeZone = 'Europe/London'): Promise<Canteen> {
  const database = openDatabase({ connectionString: databaseUrl }, systemRandom, silentLog);
  let now = new Date('2026-09-07T07:00:00Z');
  await migrate(database, now, async () => undefined);
  const editionId = await database.transaction(async (connection) => {
    const made = await createEdition(connection, { ...plan, timeZone }, systemRandom, now);
    await createMerchant(connection, made, { merchantId: 'canteen', name: 'School canteen' });
    return made;
  });
  const within: Canteen['within'] = (work) => database.transaction(work);
  async function tryPost({ customerId }: Member, transaction: Posted): Promise<TransactionOutcome> {
    const wanted = { customerId, transactionDate: now, ...transaction };
    const [outcome] = await within((connection) => createTransactions(connection, editionId, [wanted], now));
    if (outcome === undefined) throw new Error('nothing came of a transaction');
    return outcome;
  }
  async function post(member: Member, transaction: Posted): Promise<number> {
    const outcome = await tryPost(member, transaction);
    if (outcome.outcome === 'refused') throw new Error(`${outcome.code}: ${outcome.detail}`);
    return outcome.backendTransactionId;
  }
  return {
    database,
    editionId,
    now: () => now,
    setNow(instant) {
      now = new Date(instant);
    },
    clock: { now: () => now },
    within,
    async newMember(member = {}) {
      const [made] = await within((connection) =>
        createMembers(connection, editionId, [{ memberType: 'pupil', displayName: 'Ada', ...member }], now),
      );
      if (made === undefined) throw new Error('no member was made');
      return made;
    },
    async newPurse({ customerId }, title, credit, validity = {}) {
      const made = await within((connection) =>
        createCreditPurses(connection, editionId, [{ customerId, title, credit, ...validity }], now),
      );
      if (made.outcome === 'refused') throw new Error(made.detail);
      return made.purses[0]?.purseId ?? '';
    },
    tryPost,
    post,
    sell: (member, amountMinor, more = {}) =>
      post(member, { purseId: 'sales', type: 'sale', amountMinor: -amountMinor, ...more }),
    async replacePurse({ customerId }, purseId, credit) {
      const replaced = await within((connection) =>
        replaceCreditPurse(connection, { editionId, customerId, purseId }, credit, now),
      );
      if (replaced.outcome === 'refused') throw new Error(replaced.detail);
      return replaced.purse.purseId;
    },
    tryChange: ({ customerId }, purseId, change) =>
      within((connection) => changePurse(connection, { editionId, customerId, purseId }, change, now)),
    async setSessions(sessions) {
      await database.pool.query('UPDATE edition SET sessions = $2 WHERE edition_id = $1', [
        editionId,
        JSON.stringify(sessions),
      ]);
    },
    setCreditMode: (creditMode) => within((connection) => changeCreditMode(connection, editionId, { creditMode }, now)),
    async titles({ customerId }) {
      return (await readPurses(database.pool, editionId, [customerId])).map(({ title }) => title);
    },
    async sourceOfFunds(backendTransactionId) {
      const found = await database.pool.query<{ source: string | null }>(
        'SELECT source_of_funds::text AS source FROM purse_transaction WHERE edition_id = $1 AND backend_transaction_id = $2',
        [editionId, backendTransactionId],
      );
      return found.rows[0]?.source ?? null;
    },
    async runFor({ customerId }) {
      await within(async (connection) => {
        const edition = await readCanteenEdition(connection, editionId);
        await settleAll(connection, edition, [...(await lockMembers(connection, editionId, [customerId]))], now);
      });
    },
    async credits({ customerId }) {
      const found = await database.pool.query<{
        amount: number;
        usage: number;
        cleared: boolean;
        expires: Date | null;
      }>(
        `SELECT amount_minor AS amount, usage_minor AS usage, cleared, expires_at AS expires FROM credit
          WHERE edition_id = $1 AND customer_id = $2 ORDER BY granted_at, backend_transaction_id`,
        [editionId, customerId],
      );
      return found.rows.map(({ amount, usage, cleared, expires }) => ({
        amountMinor: amount,
        usageMinor: usage,
        cleared: cleared ? 'CLEARED' : 'NOT_CLEARED',
        expiresAt: expires?.toISOString() ?? null,
      }));
    },
    async runAt(instant) {
      now = new Date(instant);
      await applyCredits(database, { now: () => now });
      await processSales(database, { now: () => now });
    },
    async transactions({ customerId }) {
      const found = await database.pool.query<Omit<ShownTransaction, 'transactionDate'> & { transactionDate: Date }>(
        `SELECT backend_transaction_id AS "backendTransactionId", purse_id AS "purseId", type, amount_minor AS "amountMinor", state,
                transaction_date AS "transactionDate", credit_portion_minor AS "creditPortionMinor",
                excess_ignored_minor AS "excessIgnoredMinor"
           FROM purse_transaction WHERE edition_id = $1 AND customer_id = $2 ORDER BY backend_transaction_id`,
        [editionId, customerId],
      );
      return found.rows.map((row) => ({ ...row, transactionDate: row.transactionDate.toISOString() }));
    },
    async balances({ customerId }) {
      const purses = await readPurses(database.pool, editionId, [customerId]);
      return Object.fromEntries(purses.map(({ purseId, balanceMinor }) => [purseId, balanceMinor]));
    },
    async findings() {
      return (await within((connection) => reportCoherence(connection, editionId))).findings;
    },
    close: () => database.close(),
  };
}

const fee = { fixedMinor: 0, rateBasisPoints: 0 };
const plan = {
  name: 'School',
  mode: 'account',
  currency: 'GBP',
  limits: { maximumBalanceMinor: 1_000_00, maximumTopUpMinor: 1_000_00, maximumPurchaseMinor: 1_000_00 },
  fees: { topUp: fee, refund: fee },
  topUpAmountsMinor: [10_00],
} as const;
