import type { ReceiptBlock, ReceiptDocument, ReceiptLanguage } from '../../contract/ipc/receipt.ts';

/** A page with every letter a receipt may need, the whole width of the paper, and a code to scan. It is worth nothing. */
export function testPage(language: ReceiptLanguage): ReceiptDocument {
  const row = (left: string, right: string, weight: 'plain' | 'small' | 'total' = 'plain'): ReceiptBlock => ({
    kind: 'row',
    ...{ left, right, weight },
  });
  const blocks: readonly ReceiptBlock[] = [
    { kind: 'title', text: 'Klink' },
    { kind: 'mark', text: 'TEST' },
    { kind: 'rule' },
    row('äöü ÄÖÜ ß', 'CHF 1.00'),
    row('é è ê ë à â ç î ï ô ù û œ', '€ 1,00'),
    row('É È Ê À Ç «»', '£1.00'),
    row('1234567890', '−0.50', 'small'),
    row('Total', '1’234.50', 'total'),
    { kind: 'rule' },
  ];
  return { language, identity: 'test', blocks: [...blocks], qrText: 'Klink TEST äöü éèà' };
}
