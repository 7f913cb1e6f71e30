import { createHash } from 'node:crypto';
import type { OpeningBalanceRow, OpeningBalancesAnswer, RowFlaw } from '../../contract/wire/opening-balances.ts';
import { invariant } from '../ledger/invariant.ts';
import { createTransactions } from '../purses/create-transactions.ts';
import { lockMembers } from '../purses/members.ts';
import type { Connection } from '../store/database.ts';
import { fileAdvice, rowAdvice } from './advice.ts';
import { type BalanceRow, readBalanceFile } from './balance-file.ts';
import { type BalanceMember, findBalanceMembers, keyText } from './find-members.ts';

export type BalanceImport = {
  editionId: number;
  currency: string;
  maximumBalanceMinor: number;
  fileName: string;
  bytes: Uint8Array;
};

/** A row with whoever it means, and what is wrong with it or done about it. */
type JudgedRow = { row: BalanceRow; member: BalanceMember | undefined } & (
  | { outcome: 'to-book' | 'imported-before'; member: BalanceMember; amountMinor: number }
  | { outcome: 'flawed'; flaw: RowFlaw }
);

/** What an import of the file would book, and what is wrong with it (R139). Writes nothing. */
export async function previewBalances(connection: Connection, wanted: BalanceImport): Promise<OpeningBalancesAnswer> {
  const read = readBalanceFile(wanted.bytes, wanted.currency);
  if (read.outcome === 'flawed') return unreadable(wanted, read.flaw, read.line ?? null);
  const judged = await judgeRows(connection, wanted, read.rows);
  return answerOf(wanted, read, judged, 'to-book');
}

/**
 * Books the opening balances of a file: one transaction of type `epayment` for each person (R139), which may be negative; all of them
 * or, where anything is wrong, none. A person's opening balance is imported once (INV-77): the same file again books nothing, and one
 * with another amount is flawed.
 */
export async function importBalances(
  connection: Connection,
  wanted: BalanceImport,
  actor: string,
  now: Date,
): Promise<OpeningBalancesAnswer> {
  const read = readBalanceFile(wanted.bytes, wanted.currency);
  if (read.outcome === 'flawed') return unreadable(wanted, read.flaw, read.line ?? null);
  const named = await judgeRows(connection, wanted, read.rows);
  const customers = named.flatMap(({ member }) => (member === undefined ? [] : [member.customerId]));
  await lockMembers(connection, wanted.editionId, [...new Set(customers)]);
  // Whoever imported meanwhile is seen now, and nobody can any more until this is committed.
  const judged = await judgeRows(connection, wanted, read.rows);
  if (judged.some(({ outcome }) => outcome === 'flawed')) return answerOf(wanted, read, judged, 'to-book');
  await bookAll(connection, wanted, judged, actor, now);
  return answerOf(wanted, read, judged, 'booked');
}

async function judgeRows(
  connection: Connection,
  { editionId, maximumBalanceMinor }: BalanceImport,
  rows: readonly BalanceRow[],
): Promise<JudgedRow[]> {
  const keys = rows.flatMap(({ person }) => (person === undefined ? [] : [person]));
  const members = await findBalanceMembers(connection, editionId, keys);
  const judged = rows.map((row) => judgeRow(row, members, maximumBalanceMinor));
  return markSamePerson(judged);
}

function judgeRow(
  row: BalanceRow,
  members: ReadonlyMap<string, readonly BalanceMember[]>,
  maximumBalanceMinor: number,
): JudgedRow {
  if (row.outcome === 'flawed') return { row, member: undefined, outcome: 'flawed', flaw: row.flaw };
  const [member, other] = members.get(`${row.person.by} ${keyText(row.person)}`) ?? [];
  const flawed = (flaw: RowFlaw): JudgedRow => ({ row, member, outcome: 'flawed', flaw });
  if (member === undefined) return flawed('MEMBER_UNKNOWN');
  if (other !== undefined) return flawed('MEMBER_AMBIGUOUS');
  const { amountMinor } = row;
  if (member.importedMinor === amountMinor) return { row, member, outcome: 'imported-before', amountMinor };
  if (member.importedMinor !== null) return flawed('IMPORTED_OTHERWISE');
  if (amountMinor > 0 && member.cashMinor + amountMinor > maximumBalanceMinor) return flawed('BALANCE_LIMIT');
  return { row, member, outcome: 'to-book', amountMinor };
}

/** Two rows that name one person by different numbers. */
function markSamePerson(judged: readonly JudgedRow[]): JudgedRow[] {
  const times = new Map<number, number>();
  for (const { member } of judged)
    if (member !== undefined) times.set(member.customerId, (times.get(member.customerId) ?? 0) + 1);
  return judged.map((each) => {
    const repeated = each.member !== undefined && (times.get(each.member.customerId) ?? 0) > 1;
    return repeated && each.outcome !== 'flawed'
      ? { row: each.row, member: each.member, outcome: 'flawed', flaw: 'PERSON_TWICE' }
      : each;
  });
}

async function bookAll(
  connection: Connection,
  { editionId, fileName, bytes }: BalanceImport,
  judged: readonly JudgedRow[],
  actor: string,
  now: Date,
): Promise<void> {
  const news = judged.flatMap((each) => (each.outcome === 'to-book' ? [each] : []));
  const moving = news.filter(({ amountMinor }) => amountMinor !== 0);
  const made = await createTransactions(
    connection,
    editionId,
    moving.map(({ member, amountMinor, row }) => ({
      customerId: member.customerId,
      purseId: 'default',
      type: 'epayment' as const,
      amountMinor,
      transactionDate: now,
      description: 'Opening balance',
      content: { tags: { openingBalance: { fileName, line: row.line } } },
    })),
    now,
  );
  const booked = new Map(
    moving.map(({ member }, index) => {
      const outcome = made[index];
      invariant('INV-77', outcome?.outcome === 'created', 'an opening balance that was judged right can be booked');
      return [member.customerId, outcome.backendTransactionId];
    }),
  );
  await connection.query(
    `INSERT INTO opening_balance (edition_id, customer_id, amount_minor, backend_transaction_id, file_name, file_sha256, line, imported_at, imported_by)
     SELECT $1, "customerId", "amountMinor", "backendTransactionId", $3, $4, line, $5, $6
       FROM jsonb_to_recordset($2::jsonb) AS row("customerId" bigint, "amountMinor" bigint, "backendTransactionId" bigint, line integer)`,
    [
      editionId,
      JSON.stringify(
        news.map(({ member: { customerId }, amountMinor, row }) => ({
          customerId,
          amountMinor,
          backendTransactionId: booked.get(customerId) ?? null,
          line: row.line,
        })),
      ),
      fileName,
      sha256(bytes),
      now,
      actor,
    ],
  );
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const nothing = { rows: 0, booked: 0, creditMinor: 0, debtMinor: 0, importedBefore: 0, flawed: 0 };

function unreadable(
  { editionId, currency, fileName, bytes }: BalanceImport,
  code: keyof typeof fileAdvice,
  line: number | null,
): OpeningBalancesAnswer {
  return {
    editionId,
    currency,
    fileName,
    fileSha256: sha256(bytes),
    encoding: null,
    separator: null,
    flaw: { code, line, advice: fileAdvice[code] },
    rows: [],
    totals: nothing,
    importable: false,
  };
}

function answerOf(
  { editionId, currency, fileName, bytes }: BalanceImport,
  { encoding, separator }: { encoding: string; separator: string },
  judged: readonly JudgedRow[],
  done: 'to-book' | 'booked',
): OpeningBalancesAnswer {
  const news = judged.flatMap((each) => (each.outcome === 'to-book' ? [each.amountMinor] : []));
  const flawed = judged.filter(({ outcome }) => outcome === 'flawed').length;
  return {
    editionId,
    currency,
    fileName,
    fileSha256: sha256(bytes),
    encoding,
    separator,
    flaw: null,
    rows: judged.map((each) => rowOf(each, done)),
    totals: {
      rows: judged.length,
      booked: news.length,
      creditMinor: news.reduce((sum, minor) => sum + Math.max(0, minor), 0),
      debtMinor: news.reduce((sum, minor) => sum + Math.max(0, -minor), 0),
      importedBefore: judged.filter(({ outcome }) => outcome === 'imported-before').length,
      flawed,
    },
    importable: flawed === 0,
  };
}

function rowOf(each: JudgedRow, done: 'to-book' | 'booked'): OpeningBalanceRow {
  const { row, member } = each;
  const flaw = each.outcome === 'flawed' ? each.flaw : null;
  return {
    line: row.line,
    person: row.person?.value ?? null,
    name: row.name === '' ? (member?.displayName ?? '') : row.name,
    written: row.written,
    memberId: member?.memberId ?? null,
    amountMinor: each.outcome === 'flawed' ? null : each.amountMinor,
    outcome: each.outcome === 'to-book' ? done : each.outcome,
    flaw,
    advice: flaw === null ? null : rowAdvice[flaw],
  };
}
