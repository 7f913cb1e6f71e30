// Goal: a school's register as CSV is read as it says it, in the words of three languages; a row that cannot be read is named with its
// line, and an empty cell says nothing.
// Method: files as registers and spreadsheets write them.
import { expect, test } from 'vitest';
import { readMemberFile } from './member-file.ts';

const read = (...lines: string[]) => readMemberFile(new TextEncoder().encode(lines.join('\n')), 'GBP');

/** `line` with what it says, or its flaw; or the flaw of the file. */
function told(...lines: string[]): unknown {
  const file = read(...lines);
  if (file.outcome === 'flawed') return file.line === undefined ? file.flaw : `${file.flaw} in line ${file.line}`;
  return file.rows.map((row) => [row.line, row.outcome === 'said' ? row.said : row.flaw]);
}

const mia = {
  misId: '1001',
  displayName: 'Mia Patel',
  className: '4B',
  allergens: ['milk', 'nuts'],
  dailyLimitMinor: 4_50,
  uid: '04F750C029B32C',
  hasFreeMeals: true,
};

test.each([
  [
    'in English',
    'MIS ID,Name,Class,Allergens,Daily limit,Card number,FSM',
    '1001,Mia Patel,4B,"Nuts, milk",£4.50,04:f7:50:c0:29:b3:2c,Y',
  ],
  [
    'in German',
    'Schülernummer;Name;Klasse;Allergene;Tageslimite;Karte;Gratisessen',
    '1001;Mia Patel;4B;Nüsse, Milch;4,50;04F750C029B32C;ja',
  ],
  [
    'in French',
    'Numéro élève;Nom complet;Classe;Allergènes;Limite journalière;Carte;Repas gratuit',
    '1001;Mia Patel;4B;lait / fruits à coque;4,50;04 F7 50 C0 29 B3 2C;oui',
  ],
])('R57: a register %s', (_what, headings, row) => {
  expect(told(headings, row)).toEqual([[2, mia]]);
});

test('R57: names in two columns, and an empty cell says nothing; none takes away', () => {
  expect(
    told('UPN,Forename,Surname,Class,Allergens,Daily limit,FSM', 'A1,Mia,Patel,,,,', 'A2,,,none,none,none,no'),
  ).toEqual([
    [2, { upn: 'A1', displayName: 'Mia Patel', firstName: 'Mia', lastName: 'Patel' }],
    [3, { upn: 'A2', className: null, allergens: [], dailyLimitMinor: null }],
  ]);
});

test('R55: whoever is nobody, or is written as nobody here reads it, is named by the line', () => {
  const rows = [
    ',Ada,,,,,',
    '1.2E+11,Bea,,,,,',
    '3,Cy,teacher,,,,',
    '4,Dot,alien,,,,',
    '5,Eve,,cheese,,,',
    '6,Flo,,,-1.00,,',
    '7,Gus,,,,12,',
    '8,Hal,,,,,maybe',
    '9,Ivo,,,,,,surplus',
    `10,${'J'.repeat(121)},,,,,`,
  ];
  expect(told('MIS ID,Name,Type,Allergens,Daily limit,Tag,Free school meals', ...rows)).toEqual([
    [2, 'NO_PERSON'],
    [3, 'PERSON_SHORTENED'],
    [4, { misId: '3', displayName: 'Cy', memberType: 'staff' }],
    [5, 'TYPE_UNKNOWN'],
    [6, 'ALLERGEN_UNKNOWN'],
    [7, 'LIMIT_UNREADABLE'],
    [8, 'TAG_UNREADABLE'],
    [9, 'YES_OR_NO'],
    [10, 'TOO_MANY_CELLS'],
    [11, 'TEXT_TOO_LONG'],
  ]);
});

test('R55: a file without anybody, or whose columns cannot be told, is refused whole; unknown columns are named', () => {
  expect(told('')).toBe('EMPTY');
  expect(told('nothing,at all', '1,2')).toBe('NO_HEADINGS');
  expect(told('Name,Class', 'Mia,4B')).toBe('NO_PERSON_COLUMN in line 1');
  expect(told('MIS ID,Name,Pupil', '1,Mia,Mia')).toBe('COLUMN_TWICE in line 1');
  expect(told('MIS ID,Name')).toBe('EMPTY');
  expect(read('MIS ID,House,Name', '1,Red,Mia')).toMatchObject({ ignoredColumns: ['House'], separator: ',' });
});
