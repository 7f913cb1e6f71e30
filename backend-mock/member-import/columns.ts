import { personHeadings } from '../spreadsheets/person-headings.ts';
import { plainHeading } from '../spreadsheets/table.ts';

/** What a column of a school's register may say. */
export type ColumnKind = keyof typeof headings;

/** Where a row has what: places of cells, from 0. */
export type MemberColumns = ReadonlyMap<ColumnKind, number>;

export type FoundMemberColumns =
  | { readonly outcome: 'found'; readonly columns: MemberColumns; readonly ignored: readonly string[] }
  | { readonly outcome: 'flawed'; readonly flaw: 'NO_PERSON_COLUMN' | 'COLUMN_TWICE' };

/** Headings in small letters without anything but letters and digits, as the registers of schools have them. */
const headings = {
  ...personHeadings,
  name: ['name', 'fullname', 'displayname', 'pupil', 'pupilname', 'student', 'schüler', 'nomcomplet', 'élève'],
  firstName: ['firstname', 'forename', 'preferredforename', 'givenname', 'vorname', 'prénom', 'prenom'],
  lastName: ['lastname', 'surname', 'familyname', 'legalsurname', 'nachname', 'familienname', 'nom', 'nomdefamille'],
  className: ['class', 'classname', 'form', 'reg', 'registrationgroup', 'tutorgroup', 'klasse', 'classe'],
  type: ['type', 'membertype', 'typ', 'art'],
  allergens: ['allergens', 'allergies', 'allergene', 'allergien', 'allergènes', 'allergenes'],
  dailyLimit: [
    'dailylimit',
    'limit',
    'spendlimit',
    'tageslimit',
    'tageslimite',
    'limitejournalière',
    'limitejournaliere',
  ],
  freeMeals: [
    'freeschoolmeals',
    'freemeals',
    'freeschoolmeal',
    'fsm',
    'uifsm',
    'mealcredit',
    'gratisessen',
    'freiessen',
    'repasgratuit',
    'repasgratuits',
  ],
} as const;

const kinds = [
  'member',
  'mis',
  'upn',
  'name',
  'firstName',
  'lastName',
  'className',
  'type',
  'allergens',
  'dailyLimit',
  'tag',
  'freeMeals',
] as const satisfies readonly ColumnKind[];

/** Which column is what, by the headings of the first line; one without a meaning is ignored and named. */
export function findMemberColumns(cells: readonly string[]): FoundMemberColumns {
  const columns = new Map<ColumnKind, number>();
  const ignored: string[] = [];
  for (const [column, cell] of cells.entries()) {
    const kind = kindOf(cell);
    if (kind === undefined) {
      if (cell !== '') ignored.push(cell.slice(0, 120));
      continue;
    }
    if (columns.has(kind)) return { outcome: 'flawed', flaw: 'COLUMN_TWICE' };
    columns.set(kind, column);
  }
  if (!columns.has('member') && !columns.has('mis') && !columns.has('upn'))
    return { outcome: 'flawed', flaw: 'NO_PERSON_COLUMN' };
  return { outcome: 'found', columns, ignored };
}

export const countKnownColumns = (cells: readonly string[]): number =>
  cells.filter((cell) => kindOf(cell) !== undefined).length;

function kindOf(cell: string): ColumnKind | undefined {
  const heading = plainHeading(cell);
  return kinds.find((kind) => {
    const known: readonly string[] = headings[kind];
    return known.includes(heading);
  });
}
