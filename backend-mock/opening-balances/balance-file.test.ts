// Goal: a CSV file with opening balances is read whatever spreadsheet has made it, and a row that cannot be read is named by its line
// (R139). Method: files in the encodings, separators and habits of Excel, LibreOffice and Numbers, written byte by byte.
import { expect, test } from 'vitest';
import { limits } from '../limits.ts';
import { readBalanceFile } from './balance-file.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
const latin = (text: string) => Buffer.from(text, 'latin1');

/** `line person amount` of every row, or the flaw of the file. */
function told(bytes: Uint8Array, currency = 'GBP'): unknown {
  const file = readBalanceFile(bytes, currency);
  if (file.outcome === 'flawed') return file.line === undefined ? file.flaw : `${file.flaw} in line ${file.line}`;
  return file.rows.map((row) =>
    row.outcome === 'balance'
      ? [row.line, `${row.person.by} ${row.person.value}`, row.amountMinor]
      : [row.line, row.flaw],
  );
}

const ada = [[2, 'mis 1001', 12_50]];

test.each([
  ['plain UTF-8', utf8('MIS ID,Balance\n1001,12.50\n')],
  ['with a byte order mark', utf8('\ufeffMIS ID,Balance\r\n1001,12.50\r\n')],
  ['with semicolons and a decimal comma', utf8('MIS-ID;Saldo\r\n1001;12,50\r\n')],
  ['with commas and a quoted decimal comma', utf8('MIS ID,Balance\r\n1001,"12,50"\r\n')],
  ['UTF-16 with tabs, as "Unicode text"', utf16('MIS ID\tBalance\r\n1001\t12.50\r\n')],
  ['UTF-16 with its bytes the other way round', utf16('MIS ID\tBalance\r\n1001\t12.50\r\n').swap16()],
  ['of old Macs', utf8('MIS ID;Balance\r1001;12.50\r')],
  ['without a last line end', utf8('MIS ID;Balance\n1001;12.50')],
  ['with empty lines at the end', utf8('MIS ID;Balance\n1001;12.50\n;\n\n;;;\n')],
  ['with other columns in between', utf8('Class,Balance,Name,MIS ID\n7B,£12.50,"Lovelace, Ada",1001\n')],
  ['in French', utf8('Numéro élève;Nom;Solde\n1001;Léa;12,50\n')],
  ['kept as text by the spreadsheet', utf8('MIS ID,Balance\n="1001",12.50\n')],
  ['kept as text by an apostrophe', utf8("MIS ID,Balance\n'1001,12.50\n")],
])('R139: a file %s', (_what, bytes) => {
  expect(told(bytes)).toEqual(ada);
});

test('R139: a file that tells Excel its separator; lines are counted as an editor counts them', () => {
  expect(told(utf8('sep=;\r\n\r\nMIS ID;Balance\r\n1001;12.50\r\n'))).toEqual([[4, 'mis 1001', 12_50]]);
});

test('R139: the Western code page of Windows keeps its names', () => {
  const file = readBalanceFile(latin('MIS ID;Name;Balance\r\n1001;Zoë Müller;12,50\r\n'), 'GBP');
  expect(file).toMatchObject({ encoding: 'windows-1252', separator: ';', rows: [{ name: 'Zoë Müller' }] });
});

test('R139: each row that cannot be read is named with its line; the others are read', () => {
  const rows = [
    'MIS ID,Name,Balance',
    '1001,Ada,12.50',
    ',Bob,3.00',
    '1003,Cyd,',
    '1004,Dot,twelve',
    '1005,Eve,"1,234"',
    '1006,"Flo',
    'Line",5.00',
    '1007,Gus,12,50',
    '1.23E+12,Hal,1.00',
    '1009,Ivy,1.00',
    '1009,Ivy,2.00',
    '1010,Jan,-4.00',
  ];
  expect(told(utf8(rows.join('\r\n')))).toEqual([
    [2, 'mis 1001', 12_50],
    [3, 'NO_PERSON'],
    [4, 'NO_AMOUNT'],
    [5, 'AMOUNT_UNREADABLE'],
    [6, 'AMOUNT_AMBIGUOUS'],
    [7, 'mis 1006', 5_00],
    [9, 'TOO_MANY_CELLS'],
    [10, 'PERSON_SHORTENED'],
    [11, 'PERSON_TWICE'],
    [12, 'PERSON_TWICE'],
    [13, 'mis 1010', -4_00],
  ]);
});

test('R139: a person is who the first filled column says, in the order member, MIS, UPN, tag', () => {
  const text = 'UPN,Tag,Member ID,Balance\nX1,04A1B2C3D4E5F6,,1.00\n,04A1B2C3D4E5F6,,2.00\nX2,,M1,3.00\n';
  expect(told(utf8(text))).toEqual([
    [2, 'upn X1', 1_00],
    [3, 'tag 04A1B2C3D4E5F6', 2_00],
    [4, 'member M1', 3_00],
  ]);
});

test.each([
  ['', 'EMPTY'],
  ['\ufeff', 'NO_HEADINGS'],
  ['MIS ID,Balance\n', 'EMPTY'],
  ['1001,12.50\n1002,3.00\n', 'NO_HEADINGS'],
  ['MIS ID,Class\n1001,7B\n', 'NO_AMOUNT_COLUMN in line 1'],
  ['Name,Balance\nAda,12.50\n', 'NO_PERSON_COLUMN in line 1'],
  ['MIS ID,Balance,Amount\n1001,1.00,2.00\n', 'TWO_AMOUNT_COLUMNS in line 1'],
  ['PK\u0003\u0004rest', 'WORKBOOK'],
  ['MIS ID,Balance\n1\u00000,1.00', 'NOT_TEXT'],
])('R139: the file %j is %j', (text, flaw) => {
  expect(told(utf8(text))).toBe(flaw);
});

test('R139: a quote that never ends is named, and the line where it begins', () => {
  expect(told(utf8('MIS ID,Balance\n1001,1.00\n"1002,2.00\n1003,3.00\n'))).toMatch(/^QUOTES in line [34]$/);
});

test('R139: a file above the bounds is refused whole', () => {
  expect(told(new Uint8Array(limits.spreadsheetBytesMax + 1).fill(0x41))).toBe('TOO_LARGE');
  const rows = Array.from({ length: limits.spreadsheetRowsMax + 1 }, (_, index) => `${index},1.00`);
  expect(told(utf8(`MIS ID,Balance\n${rows.join('\n')}`))).toBe('TOO_LARGE');
});
