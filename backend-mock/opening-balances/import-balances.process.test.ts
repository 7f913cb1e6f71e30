// Goal: opening balances come over once, all or none, and whoever has the file is told which line is wrong and what to do (R139).
// Method: files imported on a real PostgreSQL, also by several at once; the books are looked at after each.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpeningBalancesAnswer } from '../../contract/wire/opening-balances.ts';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { type Canteen, openCanteen } from '../../testing/canteen/canteen.ts';
import { linkTag } from '../purses/members.ts';
import { importBalances, previewBalances } from './import-balances.ts';

let server: TestServer;
let canteen: Canteen;
beforeAll(async () => {
  server = await startTestServer();
  canteen = await openCanteen(await server.newDatabase());
});
afterAll(async () => {
  await canteen.close();
  await server.stop();
});

let numbers = 0;
/** A pupil with a MIS id of their own. */
async function pupil(more: { upn?: string } = {}) {
  numbers += 1;
  return canteen.newMember({ displayName: `Pupil ${numbers}`, misId: `M-${numbers}`, ...more });
}

const wanted = (text: string) => ({
  editionId: canteen.editionId,
  currency: 'GBP',
  maximumBalanceMinor: 1_000_00,
  fileName: 'balances.csv',
  bytes: new TextEncoder().encode(text),
});
const preview = (text: string) => canteen.within((connection) => previewBalances(connection, wanted(text)));
const imported = (text: string) =>
  canteen.within((connection) => importBalances(connection, wanted(text), 'admin', canteen.now()));
const flaws = ({ rows }: OpeningBalancesAnswer) =>
  rows.flatMap(({ line, flaw }) => (flaw === null ? [] : [`${line} ${flaw}`]));
const cash = async (member: { customerId: number }) => (await canteen.balances(member))['default'];
const file = (...rows: string[]) => ['MIS ID,Balance', ...rows].join('\n');

test('R139: one transaction of type epayment for each person, which may be negative; a second time nothing is booked', async () => {
  const [ada, bea, cy] = [await pupil(), await pupil(), await pupil()];
  const text = file(`${ada.misId},12.50`, `${bea.misId},-3.20`, `${cy.misId},0.00`);
  expect(await preview(text)).toMatchObject({
    importable: true,
    totals: { rows: 3, booked: 3, creditMinor: 12_50, debtMinor: 3_20, importedBefore: 0, flawed: 0 },
    rows: [
      { line: 2, memberId: ada.memberId, amountMinor: 12_50, outcome: 'to-book' },
      { line: 3, memberId: bea.memberId, amountMinor: -3_20, outcome: 'to-book' },
      { line: 4, memberId: cy.memberId, amountMinor: 0, outcome: 'to-book' },
    ],
  });
  expect(await cash(ada)).toBe(0);
  expect((await imported(text)).rows.map(({ outcome }) => outcome)).toEqual(['booked', 'booked', 'booked']);
  for (let time = 0; time < 2; time += 1) {
    const again = await imported(text);
    expect(again).toMatchObject({ importable: true, totals: { booked: 0, importedBefore: 3 } });
  }
  expect([await cash(ada), await cash(bea), await cash(cy)]).toEqual([12_50, -3_20, 0]);
  expect(await canteen.transactions(ada)).toMatchObject([{ type: 'epayment', amountMinor: 12_50, state: 'processed' }]);
  expect(await canteen.transactions(cy)).toEqual([]);
  expect(await canteen.findings()).toBe(0);
});

test('R139: a row that was imported with another amount is refused with what to do, and nothing of the file is booked', async () => {
  const [ada, bea] = [await pupil(), await pupil()];
  await imported(file(`${ada.misId},12.50`));
  const changed = file(`${ada.misId},13.50`, `${bea.misId},1.00`);
  for (const ask of [preview, imported]) {
    const answer = await ask(changed);
    expect(answer).toMatchObject({ importable: false, totals: { flawed: 1 } });
    expect(answer.rows).toMatchObject([
      { line: 2, flaw: 'IMPORTED_OTHERWISE', advice: expect.stringContaining('book the difference by hand') },
      { line: 3, flaw: null, outcome: 'to-book' },
    ]);
  }
  expect([await cash(ada), await cash(bea)]).toEqual([12_50, 0]);
  expect(await imported(file(`${ada.misId},12.50`, `${bea.misId},1.00`))).toMatchObject({ totals: { booked: 1 } });
  expect([await cash(ada), await cash(bea)]).toEqual([12_50, 1_00]);
});

test('R139: whoever nobody knows, is meant twice, or would have too much is named by the line', async () => {
  const [ada, bea] = [await pupil({ upn: 'U-1' }), await pupil()];
  await pupil({ upn: 'U-2' });
  await pupil({ upn: 'U-2' });
  const unknown = await preview(file('M-0000,1.00', `${bea.misId},1000.01`, `${ada.misId},nothing`));
  expect(flaws(unknown)).toEqual(['2 MEMBER_UNKNOWN', '3 BALANCE_LIMIT', '4 AMOUNT_UNREADABLE']);
  const mixed = ['MIS ID;UPN;Saldo', `${ada.misId};;1,00`, ';U-1;2,00', ';U-2;3,00'].join('\n');
  expect(flaws(await preview(mixed))).toEqual(['2 PERSON_TWICE', '3 PERSON_TWICE', '4 MEMBER_AMBIGUOUS']);
  expect(await preview('nothing at all')).toMatchObject({ importable: false, flaw: { code: 'NO_HEADINGS' }, rows: [] });
});

test('R139: a person is found by the tag as well, however its number is written', async () => {
  const ada = await pupil();
  const { editionId } = canteen;
  await canteen.within((connection) =>
    linkTag(connection, { editionId, memberId: ada.memberId, uid: '04A1B2C3D4E5F6' }, canteen.now()),
  );
  await imported('Card number;Balance\n04:a1:b2:c3:d4:e5:f6;7,00\n');
  expect(await cash(ada)).toBe(7_00);
});

test('INV-77: the same file by six operators at once books once', async () => {
  const pupils = await Promise.all(Array.from({ length: 5 }, () => pupil()));
  const text = file(...pupils.map(({ misId }) => `${misId},4.00`));
  const answers = await Promise.all(Array.from({ length: 6 }, () => imported(text)));
  expect(answers.map(({ totals }) => totals.booked).sort()).toEqual([0, 0, 0, 0, 0, 5]);
  for (const member of pupils) expect(await cash(member)).toBe(4_00);
});

test('INV-77: what was imported is kept as it is', async () => {
  await expect(canteen.database.pool.query('UPDATE opening_balance SET amount_minor = 1')).rejects.toMatchObject({
    code: '23001',
  });
  await expect(canteen.database.pool.query('DELETE FROM opening_balance')).rejects.toMatchObject({ code: '23001' });
});
