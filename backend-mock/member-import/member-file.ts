import type { Allergen } from '../../contract/wire/allergens.ts';
import type { MemberType } from '../../contract/wire/canteen.ts';
import { tagUidSchema } from '../../contract/wire/identifiers.ts';
import type { MemberFileFlaw, MemberRowFlaw } from '../../contract/wire/member-import.ts';
import { isShortened, readTable, type TableLine } from '../spreadsheets/table.ts';
import { readWrittenAmount } from '../spreadsheets/written-amount.ts';
import { type ColumnKind, countKnownColumns, findMemberColumns, type MemberColumns } from './columns.ts';
import { isNone, readAllergens, readMemberType, readYesOrNo } from './words.ts';

/** What a row says; what it does not say is absent, and `null` takes away what was known. */
export type SaidOfMember = {
  readonly memberId?: string;
  readonly misId?: string;
  readonly upn?: string;
  readonly displayName?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly className?: string | null;
  readonly memberType?: MemberType;
  readonly allergens?: readonly Allergen[];
  readonly dailyLimitMinor?: number | null;
  readonly uid?: string;
  readonly hasFreeMeals?: boolean;
};

export type MemberFileRow = {
  /** Of the file, from 1, where the row begins. */
  readonly line: number;
  /** As the row has it, to show it again. */
  readonly person: string | null;
  readonly name: string;
} & (
  | { readonly outcome: 'said'; readonly said: SaidOfMember }
  | { readonly outcome: 'flawed'; readonly flaw: MemberRowFlaw }
);

export type MemberFile =
  | {
      readonly outcome: 'rows';
      readonly encoding: string;
      readonly separator: string;
      readonly ignoredColumns: readonly string[];
      readonly rows: readonly MemberFileRow[];
    }
  | { readonly outcome: 'flawed'; readonly flaw: MemberFileFlaw; readonly line?: number };

const textLengthMax = 120;

/**
 * The members in a CSV file as a school's register gives it: columns in any order, found by their headings. A row that cannot be read
 * is an answer too, with its line.
 * @param currency of the edition, in whose minor units daily limits are
 */
export function readMemberFile(bytes: Uint8Array, currency: string): MemberFile {
  const table = readTable(bytes, countKnownColumns);
  if (table.outcome === 'flawed') return table;
  const { headings, rows: lines, encoding, separator } = table;
  const found = findMemberColumns(headings.cells);
  if (found.outcome === 'flawed') return { ...found, line: headings.line };
  if (lines.length === 0) return { outcome: 'flawed', flaw: 'EMPTY' };
  const rows = lines.map((line) => readRow(line, found.columns, headings.cells.length, currency));
  return { outcome: 'rows', encoding, separator, ignoredColumns: found.ignored, rows };
}

function readRow({ line, cells }: TableLine, columns: MemberColumns, width: number, currency: string): MemberFileRow {
  const at = (kind: ColumnKind): string => {
    const column = columns.get(kind);
    return column === undefined ? '' : (cells[column] ?? '');
  };
  const numbers = [at('member'), at('mis'), at('upn')].filter((number) => number !== '');
  const name =
    at('name') === '' ? [at('firstName'), at('lastName')].filter((part) => part !== '').join(' ') : at('name');
  const row = { line, person: numbers[0] ?? null, name: name.slice(0, textLengthMax) };
  const flaw = (found: MemberRowFlaw): MemberFileRow => ({ ...row, outcome: 'flawed', flaw: found });
  if (cells.slice(width).some((cell) => cell !== '')) return flaw('TOO_MANY_CELLS');
  if (numbers.length === 0) return flaw('NO_PERSON');
  if (numbers.some(isShortened)) return flaw('PERSON_SHORTENED');
  if ([...numbers, name, at('className')].some((text) => text.length > textLengthMax)) return flaw('TEXT_TOO_LONG');
  const said = readFacts(at, name, currency);
  return typeof said === 'string' ? flaw(said) : { ...row, outcome: 'said', said };
}

/** What the cells say, or what is wrong with one of them. An empty cell says nothing. */
function readFacts(at: (kind: ColumnKind) => string, name: string, currency: string): SaidOfMember | MemberRowFlaw {
  const memberType = at('type') === '' ? undefined : readMemberType(at('type'));
  if (at('type') !== '' && memberType === undefined) return 'TYPE_UNKNOWN';
  const allergens = at('allergens') === '' ? undefined : readAllergens(at('allergens'));
  if (at('allergens') !== '' && allergens === undefined) return 'ALLERGEN_UNKNOWN';
  const limit = limitOf(at('dailyLimit'), currency);
  if (limit === 'LIMIT_UNREADABLE') return limit;
  const uid = at('tag') === '' ? undefined : tagUidSchema.safeParse(at('tag').replaceAll(/[ :-]/g, '').toUpperCase());
  if (uid?.success === false) return 'TAG_UNREADABLE';
  const hasFreeMeals = readYesOrNo(at('freeMeals'));
  if (hasFreeMeals === undefined) return 'YES_OR_NO';
  return {
    ...(at('member') === '' ? {} : { memberId: at('member') }),
    ...(at('mis') === '' ? {} : { misId: at('mis') }),
    ...(at('upn') === '' ? {} : { upn: at('upn') }),
    ...(name === '' ? {} : { displayName: name }),
    ...(at('firstName') === '' ? {} : { firstName: at('firstName') }),
    ...(at('lastName') === '' ? {} : { lastName: at('lastName') }),
    ...(at('className') === '' ? {} : { className: isNone(at('className')) ? null : at('className') }),
    ...(memberType === undefined ? {} : { memberType }),
    ...(allergens === undefined ? {} : { allergens }),
    ...(limit === undefined ? {} : { dailyLimitMinor: limit }),
    ...(uid === undefined ? {} : { uid: uid.data }),
    ...(hasFreeMeals ? { hasFreeMeals } : {}),
  };
}

function limitOf(cell: string, currency: string): number | null | undefined | 'LIMIT_UNREADABLE' {
  if (cell === '') return undefined;
  if (isNone(cell)) return null;
  const read = readWrittenAmount(cell, currency);
  return read.outcome === 'amount' && read.amountMinor >= 0 ? read.amountMinor : 'LIMIT_UNREADABLE';
}
