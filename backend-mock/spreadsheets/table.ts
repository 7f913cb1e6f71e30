import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { limits } from '../limits.ts';
import { readSpreadsheetText } from './spreadsheet-text.ts';

/** A row with the line of the file, from 1, where it begins: what an editor or a spreadsheet shows. */
export type TableLine = { readonly line: number; readonly cells: readonly string[] };

export type TableFlaw = 'EMPTY' | 'WORKBOOK' | 'NOT_TEXT' | 'TOO_LARGE' | 'NO_HEADINGS' | 'QUOTES';

export type Table =
  | {
      readonly outcome: 'table';
      readonly encoding: string;
      readonly separator: string;
      readonly headings: TableLine;
      /** Without empty ones; there may be none. */
      readonly rows: readonly TableLine[];
    }
  | { readonly outcome: 'flawed'; readonly flaw: TableFlaw; readonly line?: number };

const separators = [';', ',', '\t', '|'] as const;

/**
 * A CSV file as spreadsheets make them: any of the usual encodings and separators, with a first line that names the columns.
 * @param countKnown how many of these headings mean something; the separator is the one with which most do
 */
export function readTable(bytes: Uint8Array, countKnown: (headings: readonly string[]) => number): Table {
  if (bytes.length > limits.spreadsheetBytesMax) return { outcome: 'flawed', flaw: 'TOO_LARGE' };
  const read = readSpreadsheetText(bytes);
  if (read.outcome === 'flawed') return read;
  const separator = chooseSeparator(read.text, countKnown);
  if (separator === undefined) return { outcome: 'flawed', flaw: 'NO_HEADINGS' };
  const parsed = parseLines(read.text, separator);
  if (parsed.outcome === 'flawed') return parsed;
  const [headings, ...rows] = parsed.lines;
  if (headings === undefined) return { outcome: 'flawed', flaw: 'NO_HEADINGS' };
  if (rows.length > limits.spreadsheetRowsMax) return { outcome: 'flawed', flaw: 'TOO_LARGE' };
  return { outcome: 'table', encoding: read.encoding, separator, headings, rows };
}

/** A heading in small letters without anything but letters and digits. */
export function plainHeading(cell: string): string {
  return cell
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** A long number that a spreadsheet has shortened, `1.23E+12`: the digits are gone. */
export const isShortened = (cell: string): boolean => /^\d(?:[.,]\d+)?E\+\d+$/i.test(cell);

function chooseSeparator(text: string, countKnown: (headings: readonly string[]) => number): string | undefined {
  const first = text.split(/\r\n|\r|\n/).find((line) => line.trim() !== '' && !isSeparatorLine(line));
  if (first === undefined) return undefined;
  const scores = separators.map((separator) => ({
    separator,
    known: countKnown(first.split(separator).map(withoutQuotes)),
  }));
  const best = scores.reduce((one, other) => (other.known > one.known ? other : one));
  return best.known === 0 ? undefined : best.separator;
}

/** `sep=;`, by which Excel tells itself the separator. */
const isSeparatorLine = (line: string) => /^"?sep=.?"?$/i.test(line.trim());

const recordsSchema = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.int() }) }));

function parseLines(
  text: string,
  separator: string,
): { outcome: 'lines'; lines: TableLine[] } | { outcome: 'flawed'; flaw: TableFlaw; line?: number } {
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
        max_record_size: limits.spreadsheetLineCharactersMax,
      }),
    );
  } catch (error) {
    if (error instanceof CsvError) return { outcome: 'flawed', flaw: 'QUOTES', ...lineOf(error) };
    throw error;
  }
  let before = 0;
  const lines: TableLine[] = [];
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
