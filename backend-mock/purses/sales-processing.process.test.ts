// Goal: credits come, sales are processed and what is left is cleared as the seeds say (R63–R105), in the one ledger.
// Method: the rounds of the jobs on a real PostgreSQL, with a clock moved by hand; after every scenario all balances of the members are
// compared, and the coherence report has no finding.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { type Canteen, openCanteen } from '../../testing/canteen/canteen.ts';

let server: TestServer;
let canteen: Canteen;
beforeAll(async () => {
  server = await startTestServer();
  canteen = await openCanteen(await server.newDatabase());
});
afterEach(async () => {
  expect(await canteen.findings()).toBe(0);
});
afterAll(async () => {
  await canteen.close();
  await server.stop();
});

const freeMeals = { amountMinor: 250, creditApply: '30 9 * * 1-5', expiryDurationDays: 1 };

describe('a day of a pupil with free school meals', () => {
  test('R77, R78, R81: the credit pays first, the cash the rest; R105: what is left goes at midnight', async () => {
    canteen.setNow('2026-09-07T07:00:00Z');
    const pupil = await canteen.newMember();
    const purse = await canteen.newPurse(pupil, 'Free School Meals', freeMeals);
    await canteen.post(pupil, { purseId: 'default', type: 'cash', amountMinor: 10_00 });
    expect(await canteen.balances(pupil)).toEqual({ default: 10_00, sales: 0, [purse]: 0 });
    await canteen.runAt('2026-09-07T08:31:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: 10_00, sales: 0, [purse]: 2_50 });
    canteen.setNow('2026-09-07T11:30:00Z');
    await canteen.sell(pupil, 3_10);
    expect(await canteen.balances(pupil)).toEqual({ default: 10_00, sales: -3_10, [purse]: 2_50 });
    await canteen.runAt('2026-09-07T11:35:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: 9_40, sales: 0, [purse]: 0 });
    expect(await canteen.transactions(pupil)).toMatchObject([
      { type: 'cash', state: 'processed' },
      { type: 'credit', amountMinor: 2_50, state: 'processed' },
      { type: 'sale', amountMinor: -3_10, state: 'processed', creditPortionMinor: 2_50 },
    ]);
    await canteen.runAt('2026-09-08T08:31:00Z');
    await canteen.runAt('2026-09-08T22:59:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: 9_40, sales: 0, [purse]: 2_50 });
    await canteen.runAt('2026-09-08T23:00:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: 9_40, sales: 0, [purse]: 0 });
    expect((await canteen.transactions(pupil)).at(-1)).toMatchObject({
      type: 'clearedCredit',
      amountMinor: -2_50,
      transactionDate: '2026-09-08T23:00:00.000Z',
    });
  });
});
