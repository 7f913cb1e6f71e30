import type { FileFlaw, RowFlaw } from '../../contract/wire/opening-balances.ts';
import { isShortened, readTable, type TableLine } from '../spreadsheets/table.ts';
import { readWrittenAmount } from '../spreadsheets/written-amount.ts';
import { type BalanceColumns, findColumns } from './balance-columns.ts';
import type { PersonKey } from './person-key.ts';

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

/**
 * The balances in a CSV file as spreadsheets make them (R139): any of the usual encodings and separators, decimal points or
 * commas, columns in any order, found by their headings. A row that cannot be read is an answer too, with its line.
 * @param currency of the edition, in whose minor units the amounts are
 */
export function readBalanceFile(bytes: Uint8Array, currency: string): BalanceFile {
  const table = readTable(bytes, countKnown);
  if (table.outcome === 'flawed') return table;
  const { headings, rows: lines, encoding, separator } = table;
  const columns = findColumns(headings.cells);
  if (columns.outcome === 'flawed') return { ...columns, line: headings.line };
  if (lines.length === 0) return { outcome: 'flawed', flaw: 'EMPTY' };
  const rows = lines.map((line) => readRow(line, columns.columns, headings.cells.length, currency));
  return { outcome: 'rows', encoding, separator, rows: markRepeated(rows) };
}

function countKnown(headings: readonly string[]): number {
  const found = findColumns(headings);
  return found.outcome === 'found' ? 2 : found.knownColumns;
}

function readRow({ line, cells }: TableLine, columns: BalanceColumns, width: number, currency: string): BalanceRow {
  const at = (column: number | undefined) => (column === undefined ? '' : (cells[column] ?? ''));
  const written = at(columns.amount);
  const person = columns.people.map(({ by, column }) => ({ by, value: at(column) })).find(({ value }) => value !== '');
  const row = { line, person, name: at(columns.name), written };
  const flaw = (name: RowFlaw): BalanceRow => ({ ...row, outcome: 'flawed', flaw: name });
  // A decimal comma in a file that is separated by commas: the amount is cut in two.
  if (cells.slice(width).some((cell) => cell !== '')) return flaw('TOO_MANY_CELLS');
  if (person === undefined) return flaw('NO_PERSON');
  if (person.by !== 'tag' && isShortened(person.value)) return flaw('PERSON_SHORTENED');
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
