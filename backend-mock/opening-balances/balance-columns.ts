import { personHeadings } from '../spreadsheets/person-headings.ts';
import { plainHeading } from '../spreadsheets/table.ts';
import type { PersonKey } from './person-key.ts';

/** Where a row has what: places of cells, from 0. */
export type BalanceColumns = {
  /** In the order in which they are believed. */
  readonly people: readonly { readonly by: PersonKey['by']; readonly column: number }[];
  readonly amount: number;
  readonly name: number | undefined;
};

export type FoundColumns =
  | { readonly outcome: 'found'; readonly columns: BalanceColumns }
  | {
      readonly outcome: 'flawed';
      readonly flaw: 'NO_PERSON_COLUMN' | 'NO_AMOUNT_COLUMN' | 'TWO_AMOUNT_COLUMNS';
      readonly knownColumns: number;
    };

/** Headings in small letters without anything but letters and digits, as the spreadsheets of schools have them. */
const headings = {
  ...personHeadings,
  amount: [
    'balance',
    'openingbalance',
    'amount',
    'cashbalance',
    'saldo',
    'eröffnungssaldo',
    'betrag',
    'guthaben',
    'solde',
    'soldeinitial',
    'montant',
  ],
  name: ['name', 'fullname', 'displayname', 'pupil', 'student', 'schüler', 'nom', 'élève'],
} as const;

const peopleKinds = ['member', 'mis', 'upn', 'tag'] as const;

/** Which column is what, by the headings of the first line. */
export function findColumns(cells: readonly string[]): FoundColumns {
  const named = cells.map(plainHeading);
  const placesOf = (kind: keyof typeof headings): number[] => {
    const known: readonly string[] = headings[kind];
    return named.flatMap((heading, column) => (known.includes(heading) ? [column] : []));
  };
  const people = peopleKinds.flatMap((by) => placesOf(by).map((column) => ({ by, column })));
  const [amount, other] = placesOf('amount');
  const knownColumns = (people.length > 0 ? 1 : 0) + (amount === undefined ? 0 : 1);
  if (amount === undefined) return { outcome: 'flawed', flaw: 'NO_AMOUNT_COLUMN', knownColumns };
  if (other !== undefined) return { outcome: 'flawed', flaw: 'TWO_AMOUNT_COLUMNS', knownColumns };
  if (people.length === 0) return { outcome: 'flawed', flaw: 'NO_PERSON_COLUMN', knownColumns };
  return { outcome: 'found', columns: { people, amount, name: placesOf('name')[0] } };
}
