/**
 * Goal: a receipt says the right things in the customer's language: merchant, items, taxes, method, balance after, identity
 * (screens.md, "Receipts"), in every width of paper and as the text of a QR code.
 * Method: receipts of every kind of transaction as whole texts, which a person can read here and judge.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Receipt, receiptBlockSchema, receiptLanguages } from '../../contract/ipc/receipt.ts';
import { columnLines } from './columns.ts';
import { receiptDocument } from './document.ts';
import { includedTaxes } from './taxes.ts';

const lines: Receipt['lines'] = [
  {
    ...{
      kind: 'purchase',
      mark: null,
      discountBasisPoints: null,
      name: 'Beer 0.4 l',
      quantity: 4,
      unitPriceMinor: 550,
      amountMinor: 2_200,
      taxRate: '8.1',
    },
  },
  {
    ...{
      kind: 'purchase',
      mark: null,
      discountBasisPoints: null,
      name: 'Crêpe',
      quantity: 1,
      unitPriceMinor: 650,
      amountMinor: 650,
      taxRate: '2.6',
    },
  },
  {
    ...{
      kind: 'purchase-return',
      mark: null,
      discountBasisPoints: null,
      name: 'Cup returned',
      quantity: 2,
      unitPriceMinor: 200,
      amountMinor: -400,
    },
    taxRate: null,
  },
];

const sale: Receipt = {
  assignmentId: 41,
  terminalTransactionNumber: 118,
  terminalName: 'Bar 1',
  editionName: 'Lakeside Festival 2026',
  merchantNames: ['Main Bar'],
  ...{ type: 'Purchase', paymentMethod: 'tag', currency: 'CHF', timeZone: 'Europe/Zurich' },
  at: '2026-07-04T20:15:03.120Z',
  lines,
  total: 'price',
  totalMinor: 2_450,
  taxes: [...includedTaxes(lines)],
  paidMinor: null,
  tag: { uid: '04A1B2C3D4E5F6', transactionNumber: 2, balanceBeforeMinor: 9_500, balanceAfterMinor: 7_050 },
  cashierName: null,
  reference: null,
  training: false,
  copy: false,
};

const text = (receipt: Receipt, language: (typeof receiptLanguages)[number], columns = 42): string =>
  columnLines(receiptDocument(receipt, language).blocks, columns)
    .map(({ text: line }) => line.replaceAll(/[\u00a0\u202f]/g, ' '))
    .join('\n');

describe('a receipt of a sale', () => {
  test('in English', () => {
    expect(text(sale, 'en')).toBe(`Main Bar
          Lakeside Festival 2026
      Receipt · 04.07.2026, 22:15:03
------------------------------------------
Beer 0.4 l                           22.00
  4 × 5.50
Crêpe                                 6.50
Cup returned                         −4.00
  2 × 2.00
------------------------------------------
Total                            CHF 24.50
Paid by tag                      CHF 24.50
Balance before                   CHF 95.00
Balance now                      CHF 70.50
------------------------------------------
VAT 8.1%                              1.65
  Net 20.35 · Gross 22.00
VAT 2.6%                              0.16
  Net 6.34 · Gross 6.50
No VAT                                0.00
  Net −4.00 · Gross −4.00
------------------------------------------
No.                                 41-118
Till                                 Bar 1
Tag                         04A1B2C3D4E5F6
Transaction on the tag                   2`);
  });

  test('a copy in German and in euros, a return of it in French', () => {
    const copy = text({ ...sale, currency: 'EUR', copy: true, cashierName: 'Mara' }, 'de');
    expect(copy).toContain('*** KOPIE ***');
    expect(copy).toContain('€ 24,50');
    expect(copy).toContain('MwSt. 8,1 %');
    expect(copy).toMatch(/Bedient von +Mara/);
    const back: Receipt = {
      ...sale,
      ...{ type: 'Chargeback', total: 'onto-tag', totalMinor: 550 },
      reference: { assignmentId: 41, terminalTransactionNumber: 118 },
    };
    const returned = text(back, 'fr');
    expect(returned).toMatch(/Sur le bracelet +CHF 5.50/);
    expect(returned).toMatch(/Pour nº +41-118/);
  });

  test('money back for more cups than goods is named as what it is', () => {
    const back = text({ ...sale, total: 'to-customer', totalMinor: -200, paidMinor: null }, 'en');
    expect(back).toMatch(/To the customer +CHF 2.00/);
    expect(back).not.toContain('Paid by tag');
  });

  test('training says at the top that it is none', () => {
    const [first] = receiptDocument({ ...sale, training: true }, 'en').blocks;
    expect(first).toEqual({ kind: 'mark', text: 'TRAINING – NOT A RECEIPT' });
  });
});

test('R9, R10: a top-up says what was paid, the fee, and what came onto the tag', () => {
  const topUp: Receipt = {
    ...sale,
    ...{ type: 'TopUp', paymentMethod: 'cash', merchantNames: [], total: 'onto-tag', totalMinor: 9_500, taxes: [] },
    ...{ currency: 'GBP', paidMinor: 10_000 },
    lines: [
      {
        kind: 'topup',
        mark: null,
        discountBasisPoints: null,
        name: null,
        quantity: 1,
        unitPriceMinor: null,
        amountMinor: 10_000,
        taxRate: null,
      },
      {
        kind: 'topup-fee',
        mark: null,
        discountBasisPoints: null,
        name: null,
        quantity: 1,
        unitPriceMinor: null,
        amountMinor: -500,
        taxRate: null,
      },
    ],
  };
  const written = text(topUp, 'en');
  expect(written.split('\n')[0]).toBe('Lakeside Festival');
  expect(written).toMatch(/Top-up +100\.00\nFee +−5\.00/);
  expect(written).toMatch(/Onto the tag +£95\.00\nPaid in cash +£100\.00/);
  expect(written).not.toContain('VAT');
});

describe('in every width', () => {
  test.each([32, 42, 48])('%i letters: no line is longer, and nothing is left out', (columns) => {
    const name = 'Vegetable curry with rice, mango chutney and a supercalifragilisticexpialidocious garnish';
    const long = { ...sale, merchantNames: [name], lines: lines.map((line) => ({ ...line, name })) };
    const blocks = receiptDocument(long, 'de').blocks;
    const found = columnLines(blocks, columns);
    for (const { text: line, weight } of found)
      expect(line.length).toBeLessThanOrEqual(weight === 'title' ? columns / 2 : columns);
    const letters = found.map(({ text: line }) => line.replaceAll(/[ -]/g, '')).join('');
    expect(letters.split(name.replaceAll(/[ -]/g, '')).length - 1).toBe(4);
  });

  test('any text fits into any width, and every letter of it is there', () => {
    const block = fc.oneof(
      fc.record({ kind: fc.constant('centred'), text: fc.string({ maxLength: 200 }) }),
      fc.record({
        kind: fc.constant('row'),
        left: fc.string({ maxLength: 120 }),
        right: fc.string({ maxLength: 60 }),
        weight: fc.constantFrom('plain', 'small', 'total'),
      }),
    );
    fc.assert(
      fc.property(block, fc.integer({ min: 20, max: 64 }), (drawn, columns) => {
        const parsed = receiptBlockSchema.parse(drawn);
        const found = columnLines([parsed], columns);
        for (const { text: line } of found) expect(line.length).toBeLessThanOrEqual(columns);
        const given = parsed.kind === 'row' ? `${parsed.left}${parsed.right}` : 'text' in parsed ? parsed.text : '';
        const seen = found.map(({ text: line }) => line).join('');
        expect(seen.replaceAll(' ', '')).toBe(given.replaceAll(' ', ''));
      }),
    );
  });
});

describe('the text of the QR code', () => {
  test('is the receipt itself, short', () => {
    expect(receiptDocument(sale, 'en').qrText.replaceAll('\u00a0', ' ')).toBe(`Main Bar, Lakeside Festival 2026
04.07.2026, 22:15:03
4x Beer 0.4 l 22.00
Crêpe 6.50
2x Cup returned −4.00
Total CHF 24.50
VAT 8.1% 1.65
VAT 2.6% 0.16
Balance now CHF 70.50
No. 41-118
Tag 04A1B2C3D4E5F6 (2)`);
  });

  test.each(receiptLanguages)('never grows beyond what a telephone reads off a screen (%s)', (language) => {
    const many = Array.from({ length: 100 }, (_, at) => ({
      ...{
        kind: 'purchase' as const,
        mark: null,
        discountBasisPoints: null,
        name: `Überraschungsmenü Nummer ${at} mit Crème brûlée`,
        quantity: 12,
      },
      ...{ unitPriceMinor: 1_250, amountMinor: 15_000, taxRate: '8.1' },
    }));
    const { qrText } = receiptDocument({ ...sale, lines: many, totalMinor: 1_500_000 }, language);
    expect(Buffer.byteLength(qrText)).toBeLessThanOrEqual(600);
    expect(qrText).toMatch(/\+ \d+ /);
    expect(qrText).toContain('41-118');
    expect(qrText).toContain('04A1B2C3D4E5F6');
  });
});
