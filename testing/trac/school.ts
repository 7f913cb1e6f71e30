import { startBackend } from '../../backend-mock/main.ts';
import { systemRandom } from '../../backend-mock/ports.ts';
import { applyCredits, processSales } from '../../backend-mock/purses/canteen-rounds.ts';
import { openDatabase } from '../../backend-mock/store/database.ts';
import type { CreditMode } from '../../contract/wire/canteen.ts';
import type { InstallationDefaults } from '../../contract/wire/installations.ts';
import { editionCreatedSchema } from '../../contract/wire/operator.ts';
import { silentLog } from '../backend/backend.ts';
import { logIn, type OperatorClient } from '../backend/operator-client.ts';
import { makeApp, registerApp, TracClient } from './trac-client.ts';

/** The defaults of seed 002, word for word: "In this example these are the defaults for the till integration." */
export const tillDefaults: InstallationDefaults = {
  transaction: {
    default: { till: { status: 'unsynced' }, parentPay: { status: 'unsynced' } },
    sales: { till: { status: 'synced' }, parentPay: { status: 'unsynced' } },
    credit: { till: { status: 'unsynced' }, parentPay: { status: 'synced' } },
  },
};

/** A school on a backend of its own with a clock that a test moves, and two integrations: a till and a payment system. */
export type School = {
  address: string;
  operator: OperatorClient;
  editionId: number;
  now(): Date;
  /** Where their access tokens have run out by then both integrations have new ones afterwards. */
  setNow(instant: string): Promise<void>;
  /** The integration `till`, with {@link tillDefaults}. */
  till(): TracClient;
  /** The integration `parentpay`, whose namespace is `parentPay`. */
  payments(): TracClient;
  /** What the backend does by itself every few minutes: credits that are due, sales that wait, credits that have expired. */
  runJobs(): Promise<void>;
  close(): Promise<void>;
};

const tokensLiveMs = 60 * 60 * 1000;

/** Opens it on the morning of Monday, 7 September 2026, in London. */
export async function openSchool(databaseUrl: string, creditMode: CreditMode = 'TRAC'): Promise<School> {
  let now = new Date('2026-09-07T07:00:00Z');
  const clock = { now: () => now };
  const backend = await startBackend({
    port: 0,
    dataFolder: '/nonexistent/klink',
    demo: false,
    adminPassword: 'a-long-password',
    log: silentLog,
    clock,
    databaseUrl,
  });
  const database = openDatabase({ connectionString: databaseUrl }, systemRandom, silentLog);
  const operator = await logIn(backend.address, 'a-long-password');
  const made = await operator.post('/editions', { ...plan, creditMode });
  const { editionId } = editionCreatedSchema.parse(made.body);
  await operator.post('/merchants', { editionId, merchantId: 'canteen', name: 'Canteen' });
  const apps = { till: makeApp('till'), parentpay: makeApp('parentpay') };
  const till = await registerApp(operator, apps.till, editionId, { defaults: tillDefaults });
  const payments = await registerApp(operator, apps.parentpay, editionId, { namespace: 'parentPay' });
  const enter = async () => ({
    till: await TracClient.enter(backend.address, apps.till, till, now),
    payments: await TracClient.enter(backend.address, apps.parentpay, payments, now),
  });
  let clients = await enter();
  let enteredMs = now.getTime();
  return {
    address: backend.address,
    operator,
    editionId,
    now: () => now,
    async setNow(instant) {
      now = new Date(instant);
      if (now.getTime() < enteredMs + tokensLiveMs) return;
      clients = await enter();
      enteredMs = now.getTime();
    },
    till: () => clients.till,
    payments: () => clients.payments,
    async runJobs() {
      await applyCredits(database, clock);
      await processSales(database, clock);
    },
    async close() {
      await database.close();
      await backend.close();
    },
  };
}

const fee = { fixedMinor: 0, rateBasisPoints: 0 };
const plan = {
  name: 'School',
  mode: 'account',
  currency: 'GBP',
  timeZone: 'Europe/London',
  limits: { maximumBalanceMinor: 1_000_00, maximumTopUpMinor: 1_000_00, maximumPurchaseMinor: 1_000_00 },
  fees: { topUp: fee, refund: fee },
  topUpAmountsMinor: [10_00],
  sessions: [{ session: 'lunch', from: '11:30', to: '14:00' }],
};
