// Goal: parents read what was bought and what it did to the cash, without a code, a minor unit or any credit (R110, R111).
// Method: a statement as the backend gives it, as text.
import { expect, test } from 'vitest';
import { statementText } from './statement-text.ts';

const row = { day: '2026-09-07', at: '2026-09-07T11:05:00.000Z', session: 'lunch' };

test('R111: all items, and of each only its part of the cash; what is not processed yet says so', () => {
  const text = statementText({
    ...{
      report: 'statement',
      editionId: 2,
      currency: 'GBP',
      at: '2026-09-08T10:00:00.000Z',
      from: '2026-09-01',
      to: null,
    },
    ...{ memberId: 'x', displayName: 'Mia Patel', className: '4B' },
    openingMinor: 0,
    rows: [
      { ...row, session: null, kind: 'cash', items: '', cashMinor: 500, balanceMinor: 500 },
      { ...row, kind: 'sale', items: '1 × Meal of the day', cashMinor: 0, balanceMinor: 500 },
      { ...row, kind: 'sale', items: '2 × Juice', cashMinor: -160, balanceMinor: 340 },
      { ...row, kind: 'sale', items: '1 × Soup', cashMinor: null, balanceMinor: 340 },
      { ...row, session: null, kind: 'fromElsewhere', items: 'Trip', cashMinor: -1_200, balanceMinor: -860 },
    ],
    ...{ closingMinor: -860, laterMinor: 0, totalMinor: -860 },
  });
  expect(text.split('\n')).toEqual([
    'Mia Patel (class 4B), from 2026-09-01 until 2026-09-08, amounts in GBP',
    '',
    'day         session  what                    cash  balance',
    '                     balance before                   0.00',
    '2026-09-07           paid in, cash           5.00     5.00',
    '2026-09-07  lunch    1 × Meal of the day     0.00     5.00',
    '2026-09-07  lunch    2 × Juice              -1.60     3.40',
    '2026-09-07  lunch    1 × Soup             not yet     3.40',
    '2026-09-07           fromElsewhere: Trip   -12.00    -8.60',
    '                     balance after                   -8.60',
  ]);
});
