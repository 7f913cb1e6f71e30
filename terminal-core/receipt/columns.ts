import type { ReceiptBlock } from '../../contract/ipc/receipt.ts';

/** A block as lines of a fixed width, for a printer's own letters and for a terminal. */
export interface ColumnLine {
  readonly text: string;
  readonly weight: 'plain' | 'small' | 'total' | 'title' | 'mark';
}

/** The whole receipt in lines of exactly or less than `columns` characters; nothing of it is cut off. */
export function columnLines(blocks: readonly ReceiptBlock[], columns: number): readonly ColumnLine[] {
  return blocks.flatMap((block) => blockLines(block, columns));
}

function blockLines(block: ReceiptBlock, columns: number): readonly ColumnLine[] {
  switch (block.kind) {
    case 'title':
      // Printed twice as wide: half as many letters fit.
      return wrapped(block.text, Math.floor(columns / 2)).map((text) => ({ text, weight: 'title' }));
    case 'centred':
      return wrapped(block.text, columns).map((text) => ({ text: centred(text, columns), weight: 'plain' }));
    case 'mark':
      return wrapped(`*** ${block.text} ***`, columns).map((text) => ({
        text: centred(text, columns),
        weight: 'mark',
      }));
    case 'row':
      return rowLines(block.left, block.right, columns).map((text) => ({ text, weight: block.weight }));
    case 'rule':
      return [{ text: '-'.repeat(columns), weight: 'plain' }];
    default:
      return block satisfies never;
  }
}

/** Name to the left, amount to the right of the name's last line; a name that is too long takes several lines. */
function rowLines(left: string, right: string, columns: number): readonly string[] {
  if (right === '') return wrapped(left, columns);
  const lines = wrapped(left, columns);
  const last = lines.at(-1) ?? '';
  const gap = columns - last.length - right.length;
  if (gap >= 1) return [...lines.slice(0, -1), `${last}${' '.repeat(gap)}${right}`];
  return [...lines, ...wrapped(right, columns).map((text) => text.padStart(columns))];
}

function centred(text: string, columns: number): string {
  return `${' '.repeat(Math.max(0, Math.floor((columns - text.length) / 2)))}${text}`;
}

/** Broken at spaces; a word that is longer than a line is broken where the line ends. An indent is kept. */
function wrapped(text: string, columns: number): readonly string[] {
  const indent = /^ */.exec(text)?.[0] ?? '';
  const width = Math.max(1, columns - indent.length);
  const lines: string[] = [];
  let line = '';
  for (const word of text.trim().split(/ +/)) {
    for (const piece of pieces(word, width)) {
      if (line === '') line = piece;
      else if (line.length + 1 + piece.length <= width) line = `${line} ${piece}`;
      else {
        lines.push(line);
        line = piece;
      }
    }
  }
  return [...lines, line].map((found) => `${indent}${found}`);
}

function pieces(word: string, width: number): readonly string[] {
  const found: string[] = [];
  for (let from = 0; from < word.length; from += width) found.push(word.slice(from, from + width));
  return found.length === 0 ? [''] : found;
}
