import type { StatementReport } from '../contract/wire/canteen-reports.ts';
import { formatAmount } from './amount.ts';

const kinds: Readonly<Record<string, string>> = {
  cash: 'paid in, cash',
  cheque: 'paid in, cheque',
  epayment: 'paid in online',
  directDebit: 'direct debit',
  directCredit: 'direct credit',
  transfer: 'transfer',
  cancellation: 'taken back',
};

/** A statement as parents read it: every item, and only what it did to the cash (R110, R111). */
export function statementText(statement: StatementReport): string {
  const { displayName, className, currency, from, to, at, rows } = statement;
  const money = (minor: number) => formatAmount(minor, currency);
  const days = `${from === null ? '' : `from ${from} `}until ${to ?? at.slice(0, 10)}`;
  const head = `${displayName}${className === null ? '' : ` (class ${className})`}, ${days}, amounts in ${currency}`;
  const lines = rows.map(({ day, session, kind, items, cashMinor, balanceMinor }) => [
    day,
    session ?? '',
    cellOf(kind, items),
    cashMinor === null ? 'not yet' : money(cashMinor),
    money(balanceMinor),
  ]);
  const table = [
    ['day', 'session', 'what', 'cash', 'balance'],
    ['', '', 'balance before', '', money(statement.openingMinor)],
    ...lines,
    ['', '', 'balance after', '', money(statement.closingMinor)],
  ];
  return [head, '', ...aligned(table)].join('\n');
}

/** What was bought, or how money came and went. */
function cellOf(kind: string, items: string): string {
  if (kind === 'sale') return items === '' ? 'bought' : items;
  const way = kinds[kind] ?? kind;
  return items === '' ? way : `${way}: ${items}`;
}

/** Text to the left, the two amounts to the right. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column < 3 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
}
