import ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder';
import type { PrintJob } from '../../contract/ipc/printing.ts';
import type { ReceiptBlock } from '../../contract/ipc/receipt.ts';
import { type ColumnLine, columnLines } from '../receipt/columns.ts';

/** Found on nearly every printer; the first has most letters of German and French, the others the rest and the euro. */
const codepages = ['cp437', 'cp858', 'windows1252'] as const;

/** Letters that the writing of amounts and sentences uses and no codepage of a printer has, or not in every one. */
const plainLetters: ReadonlyMap<string, string> = new Map([
  ['\u00a0', ' '],
  ['\u202f', ' '],
  ['−', '-'],
  ['–', '-'],
  ['’', "'"],
  ['×', 'x'],
  ['…', '...'],
]);

/**
 * A receipt in the printer's own language, with the paper fed and cut at its end.
 * @param columns letters a line of the paper holds
 */
export function escposBytes({ blocks, qrText }: PrintJob, columns: number): Uint8Array {
  const encoder = new ReceiptPrinterEncoder({
    language: 'esc-pos',
    columns,
    codepageMapping: 'epson',
    codepageCandidates: [...codepages],
    // The knife is above the print head: what was printed last has to be past it.
    feedBeforeCut: 4,
    newline: '\n',
  });
  encoder.initialize().codepage('auto');
  for (const line of columnLines(blocks.map(inPlainLetters), columns)) writeLine(encoder, line);
  if (qrText !== null) {
    encoder.newline().align('center').qrcode(latin(qrText), { model: 2, size: 4, errorlevel: 'l' }).align('left');
  }
  return encoder.cut('partial').encode();
}

function writeLine(encoder: ReceiptPrinterEncoder, { text, weight }: ColumnLine): void {
  switch (weight) {
    case 'title':
      encoder.align('center').bold(true).width(2).line(text).width(1).bold(false).align('left');
      return;
    case 'mark':
      encoder.bold(true).line(text).bold(false);
      return;
    case 'total':
      encoder.bold(true).height(2).line(text).height(1).bold(false);
      return;
    case 'plain':
    case 'small':
      encoder.line(text);
      return;
    default:
      weight satisfies never;
  }
}

function inPlainLetters(block: ReceiptBlock): ReceiptBlock {
  switch (block.kind) {
    case 'title':
    case 'centred':
    case 'mark':
      return { ...block, text: plain(block.text) };
    case 'row':
      return { ...block, left: plain(block.left), right: plain(block.right) };
    case 'rule':
      return block;
    default:
      return block satisfies never;
  }
}

function plain(text: string): string {
  // A name from the catalogue is text, whatever is in it: never a command.
  const letters = text.normalize('NFC').replaceAll(/\p{Cc}/gu, ' ');
  return [...letters].map((letter) => plainLetters.get(letter) ?? letter).join('');
}

/** A printer puts the bytes of a code onto paper as they are: Latin-1, which has no euro. */
function latin(text: string): string {
  return text.split('\n').map(plain).join('\n').replaceAll('€', 'EUR');
}
