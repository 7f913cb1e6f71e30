import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { FileFlaw, RowFlaw } from '../../contract/wire/opening-balances.ts';
import { limits } from '../limits.ts';
import { type BalanceColumns, findColumns } from './balance-columns.ts';
import type { PersonKey } from './person-key.ts';
import { readSpreadsheetText } from './spreadsheet-text.ts';
import { readWrittenAmount } from './written-amount.ts';

export type BalanceRow = {
  /** Of the file, from 1, where the row begins: what an editor or a spreadsheet shows. */
  readonly line: number;
  /** As the row has it, to show it again. */
  readonly person: PersonKey | undefined;
  readonly name: string;
  readonly written: string;
} & (
  | { readonly outcome: 'balance'; readonly person: PersonKey; readonly amountMinor: number }
  | { readonly outcome: 'flawed'; readonly flaw: RowFlaw }
);

export type BalanceFile =
  | {
      readonly outcome: 'rows';
      readonly encoding: string;
      readonly separator: string;
      readonly rows: readonly BalanceRow[];
    }
  | { readonly outcome: 'flawed'; readonly flaw: FileFlaw; readonly line?: number };

const separators = [';', ',', '\t', '|'] as const;

/**
 * The balances in a CSV file as spreadsheets make them (R139): any of the usual encodings and separators, decimal points or
 * commas, columns in any order, found by their headings. A row that cannot be read is an answer too, with its line.
 * @param currency of the edition, in whose minor units the amounts are
 */
export function readBalanceFile(bytes: Uint8Array, currency: string): BalanceFile {
  if (bytes.length > limits.balanceFileBytesMax) return { outcome: 'flawed', flaw: 'TOO_LARGE' };
  const read = readSpreadsheetText(bytes);
  if (read.outcome === 'flawed') return read;
  const head = chooseSeparator(read.text);
  if (head === undefined) return { outcome: 'flawed', flaw: 'NO_HEADINGS' };
  const parsed = parseLines(read.text, head.separator);
  if (parsed.outcome === 'flawed') return parsed;
  const [headings, ...rest] = parsed.lines;
  if (headings === undefined) return { outcome: 'flawed', flaw: 'NO_HEADINGS' };
  const columns = findColumns(headings.cells);
  if (columns.outcome === 'flawed') return { ...columns, line: headings.line };
  if (rest.length === 0) return { outcome: 'flawed', flaw: 'EMPTY' };
  if (rest.length > limits.balanceRowsMax) return { outcome: 'flawed', flaw: 'TOO_LARGE' };
  const rows = rest.map((line) => readRow(line, columns.columns, headings.cells.length, currency));
  return { outcome: 'rows', encoding: read.encoding, separator: head.separator, rows: markRepeated(rows) };
}

type Line = { readonly line: number; readonly cells: readonly string[] };

/** The separator with which the first line names the most columns that are known here. */
function chooseSeparator(text: string): { separator: string } | undefined {
  const first = text.split(/\r\n|\r|\n/).find((line) => line.trim() !== '' && !isSeparatorLine(line));
  if (first === undefined) return undefined;
  const scores = separators.map((separator) => ({ separator, known: knownHeadings(first, separator) }));
  const best = scores.reduce((one, other) => (other.known > one.known ? other : one));
  return best.known === 0 ? undefined : best;
}

function knownHeadings(line: string, separator: string): number {
  const found = findColumns(line.split(separator).map(withoutQuotes));
  return found.outcome === 'found' ? 2 : found.knownColumns;
}

/** `sep=;`, by which Excel tells itself the separator. */
const isSeparatorLine = (line: string) => /^"?sep=.?"?$/i.test(line.trim());

const recordsSchema = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.int() }) }));

function parseLines(
  text: string,
  separator: string,
): { outcome: 'lines'; lines: Line[] } | { outcome: 'flawed'; flaw: FileFlaw; line?: number } {
  let records: z.infer<typeof recordsSchema>;
  try {
    records = recordsSchema.parse(
      // One kind of line end: inside a quoted cell the parser would count two lines for one.
      parse(text.replaceAll(/\r\n?/g, '\n'), {
        delimiter: separator,
        info: true,
        relax_column_count: true,
        relax_quotes: true,
        record_delimiter: '\n',
        max_record_size: limits.balanceLineCharactersMax,
      }),
    );
  } catch (error) {
    if (error instanceof CsvError) return { outcome: 'flawed', flaw: 'QUOTES', ...lineOf(error) };
    throw error;
  }
  let before = 0;
  const lines: Line[] = [];
  for (const { record, info } of records) {
    const line = before + 1;
    before = info.lines;
    const cells = record.map(cellText);
    if (cells.every((cell) => cell === '') || (lines.length === 0 && isSeparatorLine(record.join(separator)))) continue;
    lines.push({ line, cells });
  }
  return { outcome: 'lines', lines };
}

function lineOf(error: CsvError): { line?: number } {
  const line = error['lines'];
  return typeof line === 'number' ? { line } : {};
}

/** Without what a spreadsheet puts around a text that it shall not take for a number: `="00123"`, `'00123`. */
function cellText(cell: string): string {
  const text = cell.trim();
  return /^="(.*)"$/.exec(text)?.[1] ?? text.replace(/^'/, '');
}

const withoutQuotes = (cell: string) => cell.trim().replace(/^"(.*)"$/, '$1');

function readRow({ line, cells }: Line, columns: BalanceColumns, width: number, currency: string): BalanceRow {
  const at = (column: number | undefined) => (column === undefined ? '' : (cells[column] ?? ''));
  const written = at(columns.amount);
  const person = columns.people.map(({ by, column }) => ({ by, value: at(column) })).find(({ value }) => value !== '');
  const row = { line, person, name: at(columns.name), written };
  const flaw = (name: RowFlaw): BalanceRow => ({ ...row, outcome: 'flawed', flaw: name });
  // A decimal comma in a file that is separated by commas: the amount is cut in two.
  if (cells.slice(width).some((cell) => cell !== '')) return flaw('TOO_MANY_CELLS');
  if (person === undefined) return flaw('NO_PERSON');
  // A long number that a spreadsheet has shortened: the digits are gone.
  if (person.by !== 'tag' && /^\d(?:[.,]\d+)?E\+\d+$/i.test(person.value)) return flaw('PERSON_SHORTENED');
  if (written === '') return flaw('NO_AMOUNT');
  const amount = readWrittenAmount(written, currency);
  if (amount.outcome === 'flawed') return flaw(amount.flaw);
  return { ...row, outcome: 'balance', person, amountMinor: amount.amountMinor };
}

/** A person has one opening balance: of two rows neither is guessed to be the right one. */
function markRepeated(rows: readonly BalanceRow[]): readonly BalanceRow[] {
  const times = new Map<string, number>();
  const keyOf = ({ person }: BalanceRow) => (person === undefined ? undefined : `${person.by}:${person.value}`);
  for (const row of rows) {
    const key = keyOf(row);
    if (key !== undefined) times.set(key, (times.get(key) ?? 0) + 1);
  }
  return rows.map((row) => {
    const repeated = row.outcome === 'balance' && (times.get(keyOf(row) ?? '') ?? 0) > 1;
    return repeated ? { ...row, outcome: 'flawed', flaw: 'PERSON_TWICE' } : row;
  });
}
