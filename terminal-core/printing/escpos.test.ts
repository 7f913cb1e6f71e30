/**
 * Goal: what reaches a printer is, letter by letter, what stands on the receipt: German, French, CHF, £ and €, in every width.
 * Method: the bytes are read back as a printer's manual says, by a reader that shares no code with the writer.
 */
import { describe, expect, test } from 'vitest';
import { type Receipt, receiptLanguages } from '../../contract/ipc/receipt.ts';
import { receiptColumns } from '../../contract/settings/receipt-settings.ts';
import { readEscpos } from '../../testing/printing/escpos-reader.ts';
import { columnLines } from '../receipt/columns.ts';
import { receiptDocument } from '../receipt/document.ts';
import { includedTaxes } from '../receipt/taxes.ts';
import { escposBytes } from './escpos.ts';

const lines: Receipt['lines'] = [
  {
    ...{
      kind: 'purchase',
      mark: null,
      discountBasisPoints: null,
      name: 'Crêpe à l’érable – ÉTÉ',
      quantity: 2,
      unitPriceMinor: 650,
      amountMinor: 1_300,
    },
    taxRate: '2.6',
  },
  {
    ...{
      kind: 'purchase',
      mark: null,
      discountBasisPoints: null,
      name: 'Weißbier «Süß & Öd» Ägäis',
      quantity: 1,
      unitPriceMinor: 750,
      amountMinor: 750,
    },
    taxRate: '8.1',
  },
  {
    ...{ kind: 'purchase-return', mark: null, discountBasisPoints: null, name: 'Becher zurück' },
    ...{ quantity: 2, unitPriceMinor: 200, amountMinor: -400, taxRate: null },
  },
];

const receiptIn = (currency: string): Receipt => ({
  ...{ assignmentId: 41, terminalTransactionNumber: 118, terminalName: 'Kasse Nº 1', editionName: 'Fête d’été' },
  ...{ merchantNames: ['Bäckerei'], type: 'Purchase', paymentMethod: 'tag', currency, timeZone: 'Europe/Zurich' },
  ...{ at: '2026-07-04T20:15:03.120Z', lines, total: 'price', totalMinor: 2_050, paidMinor: null },
  taxes: [...includedTaxes(lines)],
  tag: { uid: '04A1B2C3D4E5F6', transactionNumber: 2, balanceBeforeMinor: 9_500, balanceAfterMinor: 7_450 },
  ...{ cashierName: 'Zoë', reference: null, training: false, copy: true },
});

const plain = (text: string): string =>
  text
    .replaceAll(/[\u00a0\u202f]/g, ' ')
    .replaceAll(/[−–]/g, '-')
    .replaceAll('’', "'")
    .replaceAll('×', 'x');

describe.each(receiptLanguages)('in %s', (language) => {
  test.each(['CHF', 'GBP', 'EUR'])('a receipt in %s is on paper as it was written, on every width', (currency) => {
    for (const columns of receiptColumns) {
      const document = receiptDocument(receiptIn(currency), language);
      const paper = readEscpos(escposBytes({ blocks: document.blocks, qrText: document.qrText }, columns));
      const written = columnLines(
        document.blocks.map((block) =>
          block.kind === 'row' ? { ...block, left: plain(block.left), right: plain(block.right) } : block,
        ),
        columns,
      );
      expect(paper.lines.map(({ text }) => text.trim())).toEqual(written.map(({ text }) => plain(text).trim()));
      for (const { text, width } of paper.lines)
        expect(text.length + (width - 1) * text.trim().length).toBeLessThanOrEqual(columns);
      expect(paper.cuts).toBe(1);
      expect(paper.feedBeforeCut).toBeGreaterThanOrEqual(4);
      expect(paper.qrText).toBe(plain(document.qrText).replaceAll('€', 'EUR'));
      expect(paper.qrTextAfterLine).toBe(paper.lines.length);
    }
  });
});

test('signs of money are signs of money', () => {
  const totalOf = (currency: string): string | undefined => {
    const { blocks } = receiptDocument(receiptIn(currency), 'en');
    const paper = readEscpos(escposBytes({ blocks, qrText: null }, 42));
    return paper.lines.find(({ text }) => text.startsWith('Total'))?.text.replaceAll(/ +/g, ' ');
  };
  expect(totalOf('CHF')).toBe('Total CHF 20.50');
  expect(totalOf('GBP')).toBe('Total £20.50');
  expect(totalOf('EUR')).toBe('Total € 20.50');
});

test('what matters is larger: who sold it, and the total', () => {
  const { blocks } = receiptDocument(receiptIn('CHF'), 'de');
  const { lines: printed } = readEscpos(escposBytes({ blocks, qrText: null }, 42));
  expect(printed[0]).toMatchObject({ bold: true, width: 2 });
  expect(printed.find(({ text }) => text.startsWith('Total'))).toMatchObject({ bold: true, height: 2 });
  expect(printed.find(({ text }) => text.includes('KOPIE'))).toMatchObject({ bold: true });
  expect(printed.at(-1)).toMatchObject({ bold: false, width: 1, height: 1 });
});

test('a letter no printer has is a question mark, and no command', () => {
  const blocks = [{ kind: 'row', left: 'Tee 🍵 \u001b@\u001dV\u0000 茶', right: '4.00', weight: 'plain' }] as const;
  const paper = readEscpos(escposBytes({ blocks: [...blocks], qrText: null }, 42));
  expect(paper.cuts).toBe(1);
  expect(paper.lines).toHaveLength(1);
  expect(paper.lines[0]?.text).toMatch(/^Tee \?+ .*4\.00$/);
});
