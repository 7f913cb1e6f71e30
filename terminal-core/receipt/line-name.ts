import type { ReceiptLine } from '../../contract/ipc/receipt.ts';
import type { ReceiptWording } from './wording.ts';
import type { Writing } from './written-amounts.ts';

/** Goods by their own name, everything else by what it is. */
export function lineName(line: ReceiptLine, words: ReceiptWording, writing: Writing): string {
  switch (line.mark) {
    case 'discount': {
      const { discountBasisPoints } = line;
      if (discountBasisPoints === null) return words.discount;
      return words.discountOf.replace('{rate}', writing.rate(String(discountBasisPoints / 100)));
    }
    case 'part-payment':
      return line.kind === 'purchase-return' ? words.paidByOtherTag : words.partOfSale;
    case null:
      return line.name ?? words.kind[line.kind];
    default:
      return line.mark satisfies never;
  }
}
