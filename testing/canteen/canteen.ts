import { createMerchant } from '../../backend-mock/configuration/catalogue.ts';
import { createEdition } from '../../backend-mock/configuration/editions.ts';
import { reportCoherence } from '../../backend-mock/ledger/coherence.ts';
import { systemRandom } from '../../backend-mock/ports.ts';
import { createMembers, type Member, type NewMember } from '../../backend-mock/purses/members.ts';
import { readPurses } from '../../backend-mock/purses/purses.ts';
import { type Connection, type Database, openDatabase } from '../../backend-mock/store/database.ts';
import { migrate } from '../../backend-mock/store/migrate.ts';
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
  /** Balances of a member by the id of the purse. */
  balances(member: Pick<Member, 'customerId'>): Promise<Record<string, number>>;
  /** Findings of the coherence report. */
  findings(): Promise<number>;
  close(): Promise<void>;
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
