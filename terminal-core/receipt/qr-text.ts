import type { Receipt } from '../../contract/ipc/receipt.ts';
import { lineName } from './line-name.ts';
import type { ReceiptWording } from './wording.ts';
import type { Writing } from './written-amounts.ts';

/** UTF-8 bytes a code may hold so that a telephone still reads it off a till's screen in the sun. */
const qrBytesMax = 600;

/**
 * A receipt as the text of a QR code (docs/decisions/receipts.md): no address and no network, the words themselves. Where
 * there are too many lines the last ones are counted instead; sums, taxes and identity are always whole.
 */
export function qrTextOf(receipt: Receipt, words: ReceiptWording, writing: Writing): string {
  const lines = receipt.lines.map((line) => {
    const count = line.quantity > 1 ? `${line.quantity}x ` : '';
    return `${count}${lineName(line, words, writing)} ${writing.amount(line.amountMinor)}`;
  });
  for (let kept = lines.length; ; kept -= 1) {
    const left = lines.length - kept;
    const shown = left === 0 ? lines : [...lines.slice(0, kept), words.moreLines.replace('{count}', String(left))];
    const text = [...top(receipt, words, writing), ...shown, ...bottom(receipt, words, writing)].join('\n');
    if (kept === 0 || utf8Length(text) <= qrBytesMax) return text;
  }
}

function top({ training, copy, merchantNames, editionName, at }: Receipt, words: ReceiptWording, writing: Writing) {
  return [
    ...(training ? [words.training] : []),
    [...merchantNames, editionName].map((name) => shortened(name)).join(', '),
    `${writing.instant(at)}${copy ? ` ${words.copy}` : ''}`,
  ];
}

function bottom(receipt: Receipt, words: ReceiptWording, writing: Writing): readonly string[] {
  const { total, totalMinor, taxes, tag, assignmentId, terminalTransactionNumber } = receipt;
  return [
    `${words.total[total]} ${writing.money(total === 'to-customer' ? -totalMinor : totalMinor)}`,
    ...taxes
      .filter(({ taxRate }) => taxRate !== null)
      .map(
        ({ taxRate, taxMinor }) =>
          `${words.tax.replace('{rate}', writing.rate(taxRate ?? ''))} ${writing.amount(taxMinor)}`,
      ),
    `${words.balanceAfter} ${writing.money(tag.balanceAfterMinor)}`,
    `${words.number} ${assignmentId}-${terminalTransactionNumber}`,
    `${words.tag} ${tag.uid}${tag.transactionNumber === null ? '' : ` (${tag.transactionNumber})`}`,
  ];
}

const nameLengthMax = 40;

function shortened(name: string): string {
  return name.length <= nameLengthMax ? name : `${name.slice(0, nameLengthMax - 1)}…`;
}

/** Counted by hand: this folder runs without Node, and knows no encoder. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
