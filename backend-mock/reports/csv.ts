import type { StatementReport } from '../../contract/wire/canteen-reports.ts';
import type { Report } from '../../contract/wire/reports.ts';

type Cell = string | number | null;

/**
 * The rows of a report as RFC 4180 text with a header line, CRLF and UTF-8; amounts are minor units, the currency is a column of its
 * own. A text that a spreadsheet would take for a formula gets an apostrophe.
 */
export function csvOf({ rows, currency }: Report | StatementReport): string {
  const first = rows[0];
  const columns = first === undefined ? [] : Object.keys(first);
  const lines = rows.map((row) => {
    const cells = new Map<string, Cell>(Object.entries(row));
    return [...columns.map((column) => cells.get(column) ?? null), currency];
  });
  return [[...columns, 'currency'], ...lines].map((line) => `${line.map(cell).join(',')}\r\n`).join('');
}

function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
