// Goal: what a round of a school and a sale in it cost does not grow with the years: no statement of them reads all transactions, credits
// or postings of an edition, also by a plan that was made in its connection when the tables were still without statistics.
// Method: a day of a canteen in a new database on one connection; then every statement that was prepared on it is planned without knowing
// its values. Each index that is read has to be asked for more than the edition, unless it holds only what still waits. Before PostgreSQL 17
// a list of numbers is a filter where a table seems small: there, some thousand sales and statistics come first.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { type Canteen, openCanteen } from '../../testing/canteen/canteen.ts';
import { createTransactions } from './create-transactions.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** What grows with every sale. */
const growing = [
  'account',
  'transactions',
  'transaction_state',
  'posting',
  'purse_transaction',
  'credit',
  'sale_settlement',
];
/** Indexes of what is to be done, which is forgotten as soon as it is. */
const ofWaiting = ['purse_transaction_unprocessed', 'credit_due'];

const nodeSchema = z.object({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  'Index Name': z.string().optional(),
  'Index Cond': z.string().optional(),
  get Plans() {
    return z.array(nodeSchema).optional();
  },
});
type PlanNode = z.infer<typeof nodeSchema>;
const planSchema = z.array(z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: nodeSchema })]) }));

/** Where a plan reads a whole edition of what grows, in words. */
function readsAll(node: PlanNode, table = node['Relation Name'] ?? ''): string[] {
  const index = node['Index Name'];
  const type = node['Node Type'];
  const below = (node.Plans ?? []).flatMap((child) => readsAll(child, child['Relation Name'] ?? table));
  const isScan = type === 'Seq Scan' || index !== undefined;
  if (!isScan || !growing.includes(table) || (index !== undefined && ofWaiting.includes(index))) return below;
  const columns = new Set((node['Index Cond'] ?? '').match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? []);
  columns.delete('edition_id');
  return columns.size > 0 ? below : [`${type} of ${table} ${index ?? ''}`, ...below];
}

async function liveADay(canteen: Canteen): Promise<void> {
  const pupil = await canteen.newMember();
  const credit = { amountMinor: 2_50, creditApply: '30 9 * * *', expiryDurationDays: 1 };
  await canteen.newPurse(pupil, 'Free School Meals', credit);
  await canteen.post(pupil, { purseId: 'default', type: 'cash', amountMinor: 10_00 });
  await canteen.runAt('2026-09-07T11:00:00Z');
  const sale = await canteen.sell(pupil, 3_00);
  await canteen.runAt('2026-09-07T12:00:00Z');
  await canteen.sell(pupil, -1_00);
  await canteen.sell(pupil, 20_00);
  await canteen.runAt('2026-09-07T13:00:00Z');
  const late = { purseId: 'sales', type: 'sale', amountMinor: -1_00, transactionDate: canteen.now() } as const;
  await canteen.post(pupil, { ...late, type: 'cancellation', amountMinor: 3_00, contraTransactionId: sale });
  await canteen.runAt('2026-09-07T23:30:00Z');
  await canteen.post(pupil, late);
  await canteen.runAt('2026-09-08T00:30:00Z');
}

async function growKnown(canteen: Canteen): Promise<void> {
  const now = canteen.now();
  for (let number = 1; number <= 20; number += 1) {
    const pupil = await canteen.newMember();
    const purseId = await canteen.newPurse(pupil, 'Bursary', { amountMinor: 1_00, expiryDurationDays: 1 });
    const of = { customerId: pupil.customerId, transactionDate: now };
    const credits = Array.from({ length: 100 }, () => ({ ...of, purseId, type: 'credit' as const, amountMinor: 1_00 }));
    const lunches = credits.map(() => ({ ...of, purseId: 'sales', type: 'sale' as const, amountMinor: -1_00 }));
    await canteen.within((connection) =>
      createTransactions(connection, canteen.editionId, [...credits, ...lunches], now),
    );
  }
  await canteen.runAt('2026-09-09T00:30:00Z');
  await canteen.database.pool.query('ANALYZE');
}

test('R75, R93, R102: what a round and a sale cost does not grow with what was sold before', async () => {
  const canteen = await openCanteen(await server.newDatabase());
  try {
    await liveADay(canteen);
    if (server.majorVersion < 17) await growKnown(canteen);
    expect(canteen.database.pool.totalCount, 'one connection has seen it all').toBe(1);
    await canteen.within(async (connection) => {
      await connection.query('SET LOCAL plan_cache_mode = force_generic_plan');
      const prepared = await connection.query<{ name: string; parameters: number }>(
        'SELECT name, cardinality(parameter_types) AS parameters FROM pg_prepared_statements ORDER BY name',
      );
      const names = prepared.rows.map(({ name }) => name);
      expect(names).toEqual(
        expect.arrayContaining([
          'mark-processed',
          'use-credits',
          'read-draws',
          'cleared-credits-to-adjust',
          'book-postings',
        ]),
      );
      const found: string[] = [];
      for (const { name, parameters } of prepared.rows) {
        const values = Array.from({ length: parameters }, () => 'NULL').join(', ');
        const plan = await connection.query(
          `EXPLAIN (FORMAT json) EXECUTE "${name}" ${values === '' ? '' : `(${values})`}`,
        );
        const [answer] = planSchema.parse(plan.rows);
        if (answer !== undefined)
          found.push(...readsAll(answer['QUERY PLAN'][0].Plan).map((what) => `${name}: ${what}`));
      }
      expect(found).toEqual([]);
    });
  } finally {
    await canteen.close();
  }
});
