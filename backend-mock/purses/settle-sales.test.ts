// Goal: how a member's waiting sales are paid is what the seeds say, whenever it is reckoned (R73, R77–R80, R86, R109, Q29, Q34, Q38,
// Q39, Q43).
// Method: small worlds of a day, the clock in minutes after its midnight; what pays is written as `credit:amount` or `cash:amount`.
import { describe, expect, test } from 'vitest';
import { type EarlierDraw, settleSales, type UsableCredit, type WaitingSale } from './settle-sales.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 8, 7, 0, minute));
const noon = 12 * 60;

function sale(
  transactionId: number,
  amountMinor: number,
  more: Partial<WaitingSale> & { minute?: number } = {},
): WaitingSale {
  const { minute = noon + transactionId, ...changes } = more;
  const plain = { session: 'lunch', meal: true, businessDate: '2026-09-07' };
  return {
    transactionId,
    amountMinor: -amountMinor,
    transactionDate: at(minute),
    createdAt: at(minute),
    ...plain,
    ...changes,
  };
}

function credit(transactionId: number, availableMinor: number, more: Partial<UsableCredit> = {}): UsableCredit {
  const plain = { purseId: 'fsm', expiresAt: at(24 * 60), validFrom: null, validTo: null, validSessions: null };
  const granted = at(9 * 60 + transactionId);
  return { transactionId, availableMinor, grantedAt: granted, createdAt: granted, ...plain, ...more };
}

const draw = (creditId: number | undefined, amountMinor: number): EarlierDraw => ({
  creditId,
  amountMinor,
  businessDate: '2026-09-07',
  session: 'lunch',
  meal: true,
});

function paid(waiting: WaitingSale[], credits: UsableCredit[] = [], draws: EarlierDraw[] = [], rules = {}) {
  const settlements = settleSales(waiting, credits, draws, { drawsCredits: true, sessionCredits: true, ...rules });
  const lines: Record<number, string[]> = {};
  for (const { transactionId, creditId, amountMinor } of settlements) {
    const line = lines[transactionId] ?? [];
    line.push(`${creditId ?? 'cash'}:${amountMinor}`);
    lines[transactionId] = line;
  }
  return lines;
}

describe('R77, R79: credits first, then the cash', () => {
  test('a credit that covers the sale pays all of it, and keeps its rest for the next one', () => {
    expect(paid([sale(10, 150), sale(11, 150)], [credit(1, 250)])).toEqual({ 10: ['1:150'], 11: ['1:100', 'cash:50'] });
  });
  test('Q38: one that covers a part pays that part; R78: the cash pays the rest, below zero too', () => {
    expect(paid([sale(10, 400)], [credit(1, 250)])).toEqual({ 10: ['1:250', 'cash:150'] });
    expect(paid([sale(10, 400)])).toEqual({ 10: ['cash:400'] });
  });
  test('R86: a sale of 5.00 is paid by a credit of 2.50 and another of 2.50', () => {
    expect(paid([sale(10, 500)], [credit(1, 250), credit(2, 250)])).toEqual({ 10: ['1:250', '2:250'] });
  });
});

describe('R80, Q39: the earliest is used first', () => {
  test('by its transactionDate, whatever kind it is of and however it was listed', () => {
    const credits = [credit(5, 100, { grantedAt: at(600) }), credit(6, 100, { grantedAt: at(500) })];
    expect(paid([sale(10, 150)], credits)).toEqual({ 10: ['6:100', '5:50'] });
  });
  test('then by createdAt, then by id; sales in the same order', () => {
    const same = { grantedAt: at(500) };
    const credits = [credit(7, 100, { ...same, createdAt: at(502) }), credit(9, 100, { ...same, createdAt: at(501) })];
    expect(paid([sale(10, 100)], [...credits, credit(8, 100, { ...same, createdAt: at(501) })])).toEqual({
      10: ['8:100'],
    });
    const late = sale(3, 100, { minute: noon, createdAt: at(noon + 9) });
    expect(paid([late, sale(4, 100, { minute: noon })], [credit(1, 100)])).toEqual({ 4: ['1:100'], 3: ['cash:100'] });
  });
});

describe('R73: what is not valid pays nothing', () => {
  test.each([
    ['before validFrom', { validFrom: at(noon + 11) }],
    ['from validTo on', { validTo: at(noon + 10) }],
    ['granted after the sale', { grantedAt: at(noon + 11) }],
    ['expired before it', { expiresAt: at(noon + 10) }],
    ['of another session', { validSessions: ['breakfast'] }],
  ])('%s', (_, more) => {
    expect(paid([sale(10, 100)], [credit(1, 250, more)])).toEqual({ 10: ['cash:100'] });
  });
  test('R70, R71, R72: what is not set does not bound it, and its own bounds belong to it', () => {
    const bounded = {
      grantedAt: at(noon + 10),
      validFrom: at(noon + 10),
      validTo: at(noon + 11),
      validSessions: ['lunch'],
      expiresAt: at(noon + 11),
    };
    expect(paid([sale(10, 100)], [credit(1, 250, bounded)])).toEqual({ 10: ['1:100'] });
    expect(paid([sale(10, 100)], [credit(1, 250, { expiresAt: null })])).toEqual({ 10: ['1:100'] });
  });
  test('Q34: a sale that names no session is not bound by sessions, nor any where they do not count', () => {
    const breakfast = credit(1, 250, { validSessions: ['breakfast'] });
    expect(paid([sale(10, 100, { session: null })], [breakfast])).toEqual({ 10: ['1:100'] });
    expect(paid([sale(10, 100)], [breakfast], [], { sessionCredits: false })).toEqual({ 10: ['1:100'] });
  });
  test('R109: what is no meal is the cash’s', () => {
    expect(paid([sale(10, 100, { meal: false })], [credit(1, 250)])).toEqual({ 10: ['cash:100'] });
  });
});

describe('whenever the job runs, the same pays', () => {
  test('a sale that its till sent the next day is paid by the credit of its own day', () => {
    const late = sale(10, 100, { createdAt: at(32 * 60) });
    const ofToday = credit(2, 250, { grantedAt: at(31 * 60), expiresAt: at(48 * 60) });
    expect(paid([late], [credit(1, 250), ofToday])).toEqual({ 10: ['1:100'] });
  });
  test('R92, Q43: a pre-order is paid by the credits that are there when it is made', () => {
    const preOrder = sale(10, 100, { minute: 36 * 60, createdAt: at(noon) });
    const ofItsDay = credit(2, 250, { grantedAt: at(33 * 60), expiresAt: at(48 * 60) });
    expect(paid([preOrder], [credit(1, 250), ofItsDay])).toEqual({ 10: ['1:100'] });
  });
});

describe('Q29: after a refund it is as if the net sale had been made', () => {
  const drawn = [draw(1, 250), draw(undefined, 250)];
  test('the example: of a sale of 5.00 with 2.50 credit, a refund of 2.00 is cash', () => {
    expect(paid([sale(20, -200)], [credit(1, 0)], drawn)).toEqual({ 20: ['cash:-200'] });
  });
  test('R124: all of it gives back the cash and then the credit', () => {
    expect(paid([sale(20, -500)], [credit(1, 0)], drawn)).toEqual({ 20: ['cash:-250', '1:-250'] });
  });
  test('the latest credit first, as the earliest is used first', () => {
    const both = [draw(1, 250), draw(2, 250)];
    expect(paid([sale(20, -300)], [credit(1, 0), credit(2, 0)], both)).toEqual({ 20: ['2:-250', '1:-50'] });
  });
  test('two refunds share what was drawn, and one refund before counts', () => {
    expect(paid([sale(20, -200), sale(21, -200)], [credit(1, 0)], drawn)).toEqual({
      20: ['cash:-200'],
      21: ['cash:-50', '1:-150'],
    });
    expect(paid([sale(21, -200)], [credit(1, 0)], [...drawn, draw(undefined, -200)])).toEqual({
      21: ['cash:-50', '1:-150'],
    });
  });
  test('where sale and refund wait together, only the net sale is paid, in whatever order they came', () => {
    for (const minute of [noon + 1, noon + 30])
      expect(paid([sale(10, 500), sale(20, -200, { minute })], [credit(1, 250)])).toEqual({ 10: ['1:250', 'cash:50'] });
    expect(paid([sale(10, 500), sale(20, -500)], [credit(1, 250)])).toEqual({});
  });
  test('of several sales that wait the latest is taken back first, so that the earliest credits stay used', () => {
    const waiting = [sale(10, 200), sale(11, 300), sale(20, -400)];
    expect(paid(waiting, [credit(1, 250)])).toEqual({ 10: ['1:100'] });
    expect(paid([...waiting].reverse(), [credit(1, 250)])).toEqual({ 10: ['1:100'] });
  });
  test('Q28: what was given back beyond what was sold is the cash’s, and no later refund takes it for drawn', () => {
    const beyond = [draw(1, 250), draw(undefined, 50), draw(undefined, -200)];
    expect(paid([sale(20, -100)], [credit(1, 0)], beyond)).toEqual({ 20: ['1:-100'] });
  });
  test('Q33: where the tills manage the credits by now, nothing goes back to a credit', () => {
    expect(paid([sale(20, -300)], [credit(1, 0)], drawn, { drawsCredits: false })).toEqual({ 20: ['cash:-300'] });
  });
  test('R89: of another session, day or kind of goods it takes nothing back there, and is the cash’s (Q28)', () => {
    for (const other of [{ session: 'breakfast' }, { businessDate: '2026-09-06' }, { meal: false }, { session: null }])
      expect(paid([sale(20, -200, other)], [credit(1, 0)], [draw(1, 250)])).toEqual({ 20: ['cash:-200'] });
  });
  test('what it gives back to a credit is there for the next sale', () => {
    expect(paid([sale(20, -100), sale(21, 80, { session: 'tea' })], [credit(1, 0)], [draw(1, 250)])).toEqual({
      20: ['1:-100'],
      21: ['1:80'],
    });
  });
});

test('R121, Q33: where the tills manage the credits, the cash pays and gets back everything', () => {
  const rules = { drawsCredits: false };
  expect(paid([sale(10, 300), sale(20, -100, { session: 'tea' })], [credit(1, 250)], [], rules)).toEqual({
    10: ['cash:300'],
    20: ['cash:-100'],
  });
});
