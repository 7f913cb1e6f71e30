// Goal: what a school is told of its meal credits and what parents are told of the cash is what the accounts have, day by day
// (R68, R110, R111, R116).
// Method: two days of four pupils on a real PostgreSQL with a clock moved by hand; every number of the reports is reckoned by hand here.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReportPeriod } from '../../contract/wire/canteen-reports.ts';
import type { Report, ReportName } from '../../contract/wire/reports.ts';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { type Canteen, openCanteen } from '../../testing/canteen/canteen.ts';
import { changeCreditMode } from '../purses/credit-mode.ts';
import type { Member } from '../purses/members.ts';
import { csvOf } from './csv.ts';
import { readReport } from './read-report.ts';
import { readStatement } from './statement.ts';

let server: TestServer;
let canteen: Canteen;
let pupils: Record<'ada' | 'bea' | 'cy' | 'dot', Member>;
beforeAll(async () => {
  server = await startTestServer();
  canteen = await openCanteen(await server.newDatabase());
  await liveTwoDays();
});
afterAll(async () => {
  await canteen.close();
  await server.stop();
});

const free = { amountMinor: 2_50, creditApply: '30 9 * * 1-5', expiryDurationDays: 1 };
const infants = { amountMinor: 3_00, creditApply: '30 9 * * 1-5', expiryDurationDays: 3 };

/** Monday, 7 September 2026, and the day after: Ada and Bea are in 7B and have free meals, Cy in 1A is an infant, Dot has nothing. */
async function liveTwoDays(): Promise<void> {
  const [ada, bea, cy, dot] = [
    await canteen.newMember({ displayName: 'Ada', className: '7B' }),
    await canteen.newMember({ displayName: 'Bea', className: '7B' }),
    await canteen.newMember({ displayName: 'Cy', className: '1A' }),
    await canteen.newMember({ displayName: 'Dot' }),
  ];
  pupils = { ada, bea, cy, dot };
  await canteen.newPurse(ada, 'Free School Meals', free);
  await canteen.newPurse(bea, 'Free School Meals', free);
  await canteen.newPurse(cy, 'Universal Infant Meals', infants);
  await canteen.post(ada, { purseId: 'default', type: 'epayment', amountMinor: 10_00 });
  await canteen.post(dot, { purseId: 'default', type: 'cash', amountMinor: 5_00 });
  await canteen.runAt('2026-09-07T08:31:00Z');
  canteen.setNow('2026-09-07T11:30:00Z');
  await canteen.sell(ada, 3_10, { description: 'Curry and milk' });
  await canteen.sell(cy, 2_00);
  await canteen.sell(dot, 1_50, { session: 'lunch' });
  await canteen.runAt('2026-09-07T11:35:00Z');
  canteen.setNow('2026-09-07T11:40:00Z');
  // Part of Ada's meal comes back: the cash first, then the credit (Q29).
  await canteen.post(ada, { purseId: 'sales', type: 'sale', amountMinor: 1_10 });
  await canteen.runAt('2026-09-07T11:45:00Z');
  await canteen.runAt('2026-09-07T23:05:00Z');
  await canteen.runAt('2026-09-08T08:31:00Z');
  canteen.setNow('2026-09-08T11:30:00Z');
  await canteen.sell(bea, 2_20);
  await canteen.sell(cy, 4_50);
  await canteen.runAt('2026-09-08T11:35:00Z');
  canteen.setNow('2026-09-08T12:00:00Z');
  await canteen.sell(ada, 2_30);
}

const all: ReportPeriod = { from: null, to: null };

function report(name: ReportName, period = all): Promise<Report> {
  const head = { editionId: canteen.editionId, currency: 'GBP', at: canteen.now().toISOString() };
  return canteen.within((connection) => readReport(connection, name, head, period));
}

async function statement(member: Member, period = all) {
  const head = { editionId: canteen.editionId, currency: 'GBP', at: canteen.now().toISOString() };
  const found = await canteen.within((connection) => readStatement(connection, head, member.memberId, period));
  if (found === undefined) throw new Error('there is no such member');
  return found;
}

const fsm = { className: '7B', title: 'Free School Meals' };
const uifsm = { className: '1A', title: 'Universal Infant Meals' };

describe('uptake of meal credits', () => {
  test('R68, R116: by day, class and kind of credit: who could, who did, and what it paid', async () => {
    expect(await report('meal-credit-uptake')).toMatchObject({
      rows: [
        { day: '2026-09-07', ...uifsm, entitledCount: 1, usedCount: 1, usedMinor: 2_00 },
        { day: '2026-09-07', ...fsm, entitledCount: 2, usedCount: 1, usedMinor: 2_00 },
        { day: '2026-09-08', ...uifsm, entitledCount: 1, usedCount: 1, usedMinor: 4_00 },
        { day: '2026-09-08', ...fsm, entitledCount: 2, usedCount: 1, usedMinor: 2_20 },
      ],
      usedMinor: 10_20,
      otherDaysMinor: 0,
      totalMinor: 10_20,
    });
  });

  test('of one day alone it still adds up to the accounts', async () => {
    const monday = { from: '2026-09-07', to: '2026-09-07' };
    const asked = await report('meal-credit-uptake', monday);
    expect(asked).toMatchObject({ ...monday, usedMinor: 4_00, otherDaysMinor: 6_20, totalMinor: 10_20 });
    expect(asked.rows).toHaveLength(2);
  });

  test('as CSV it has the same rows', async () => {
    const lines = csvOf(await report('meal-credit-uptake'))
      .trimEnd()
      .split('\r\n');
    expect(lines[0]).toBe('day,className,title,entitledCount,usedCount,usedMinor,currency');
    expect(lines[2]).toBe('2026-09-07,7B,Free School Meals,2,1,200,GBP');
    expect(lines).toHaveLength(5);
  });
});

describe('what became of credits', () => {
  test('R69, R103: granted, used, cleared, and what is there, by kind; the sum is what the purses hold', async () => {
    expect(await report('credits')).toMatchObject({
      rows: [
        {
          title: 'Free School Meals',
          membersCount: 2,
          openingMinor: 0,
          grantedMinor: 10_00,
          usedMinor: 4_20,
          clearedMinor: 3_00,
          closingMinor: 2_80,
        },
        {
          title: 'Universal Infant Meals',
          membersCount: 1,
          openingMinor: 0,
          grantedMinor: 6_00,
          usedMinor: 6_00,
          clearedMinor: 0,
          closingMinor: 0,
        },
      ],
      laterMinor: 0,
      totalMinor: 2_80,
    });
  });

  test('of some days: what was there before, and what has moved since', async () => {
    const monday = await report('credits', { from: '2026-09-07', to: '2026-09-07' });
    expect(monday).toMatchObject({
      rows: [
        { openingMinor: 0, grantedMinor: 5_00, usedMinor: 2_00, clearedMinor: 0, closingMinor: 3_00 },
        { openingMinor: 0, grantedMinor: 3_00, usedMinor: 2_00, clearedMinor: 0, closingMinor: 1_00 },
      ],
      laterMinor: -1_20,
      totalMinor: 2_80,
    });
    const tuesday = await report('credits', { from: '2026-09-08', to: null });
    expect(tuesday).toMatchObject({
      rows: [
        { openingMinor: 3_00, grantedMinor: 5_00, usedMinor: 2_20, clearedMinor: 3_00, closingMinor: 2_80 },
        { openingMinor: 1_00, grantedMinor: 3_00, usedMinor: 4_00, clearedMinor: 0, closingMinor: 0 },
      ],
    });
  });
});

describe('statements for parents', () => {
  test('R110, R111: everything that was bought stands there with its part of the cash alone, and adds up to the balance', async () => {
    expect(await statement(pupils.ada)).toMatchObject({
      displayName: 'Ada',
      className: '7B',
      openingMinor: 0,
      rows: [
        { day: '2026-09-07', kind: 'epayment', cashMinor: 10_00, balanceMinor: 10_00 },
        { day: '2026-09-07', kind: 'sale', items: 'Curry and milk', cashMinor: -60, balanceMinor: 9_40 },
        { day: '2026-09-07', kind: 'sale', cashMinor: 60, balanceMinor: 10_00 },
        { day: '2026-09-08', kind: 'sale', cashMinor: null, balanceMinor: 10_00 },
      ],
      closingMinor: 10_00,
      totalMinor: 10_00,
    });
    const balances = await canteen.balances(pupils.ada);
    expect(balances['default']).toBe(10_00);
    const bought = await statement(pupils.bea);
    expect(bought.rows).toMatchObject([{ kind: 'sale', cashMinor: 0, balanceMinor: 0 }]);
    expect(JSON.stringify(bought)).not.toContain('250');
  });

  test('what is owed above the limit is part of the cash', async () => {
    expect(await statement(pupils.cy)).toMatchObject({
      rows: [{ cashMinor: 0 }, { cashMinor: -50, balanceMinor: -50 }],
      totalMinor: -50,
    });
  });

  test('of some days it begins with what was there and says what came later', async () => {
    expect(await statement(pupils.ada, { from: '2026-09-08', to: '2026-09-08' })).toMatchObject({
      openingMinor: 10_00,
      rows: [{ cashMinor: null }],
      closingMinor: 10_00,
      laterMinor: 0,
    });
    expect(await statement(pupils.dot, { from: null, to: '2026-09-06' })).toMatchObject({
      rows: [],
      laterMinor: 3_50,
      totalMinor: 3_50,
    });
  });

  test('as CSV it has the same lines', async () => {
    const lines = csvOf(await statement(pupils.dot))
      .trimEnd()
      .split('\r\n');
    expect(lines).toEqual([
      'day,at,session,kind,items,cashMinor,balanceMinor,currency',
      '2026-09-07,2026-09-07T07:00:00.000Z,,cash,,500,500,GBP',
      '2026-09-07,2026-09-07T11:30:00.000Z,lunch,sale,,-150,350,GBP',
    ]);
  });
});

describe('where the tills manage the credits', () => {
  test('R116, R120: a credit that a sale names is of its own day, and gone with it', async () => {
    await canteen.within((connection) =>
      changeCreditMode(connection, canteen.editionId, { creditMode: 'TILL' }, canteen.now()),
    );
    canteen.setNow('2026-09-09T11:30:00Z');
    const sourceOfFunds = [{ name: 'duty meals', amountMinor: 2_00 }];
    await canteen.sell(pupils.dot, 3_00, { sourceOfFunds });
    canteen.setNow('2026-09-10T11:30:00Z');
    const { rows } = await report('meal-credit-uptake', { from: '2026-09-09', to: '2026-09-10' });
    expect(rows).toContainEqual({
      day: '2026-09-09',
      className: null,
      title: 'Duty Meals',
      entitledCount: 1,
      usedCount: 1,
      usedMinor: 2_00,
    });
    expect(rows).not.toContainEqual(expect.objectContaining({ day: '2026-09-10', title: 'Duty Meals' }));
    expect(await statement(pupils.dot)).toMatchObject({ rows: [{}, {}, { cashMinor: -1_00 }], totalMinor: 2_50 });
  });
});
