import type { FileFlaw, RowFlaw } from '../../contract/wire/opening-balances.ts';

/** What whoever has the file does about it. */
export const fileAdvice: Record<FileFlaw, string> = {
  EMPTY: 'The file has no rows. Save the sheet that holds the balances as CSV.',
  WORKBOOK: 'This is a workbook. Open it, choose "Save as" and save the sheet as CSV.',
  NOT_TEXT: 'This is no text. Save the sheet as CSV (UTF-8).',
  TOO_LARGE: 'The file is too large: at most 700,000 bytes and 20,000 rows. Split it.',
  NO_HEADINGS:
    'The first line must name the columns: one that says who (Member ID, MIS ID, UPN or Tag) and one with the amount (Balance).',
  NO_PERSON_COLUMN: 'No column says who it is. Name one of them Member ID, MIS ID, UPN or Tag.',
  NO_AMOUNT_COLUMN: 'No column has the amount. Name one of them Balance.',
  TWO_AMOUNT_COLUMNS: 'Two columns could be the amount. Name only one of them Balance.',
  QUOTES: 'A quotation mark begins here and does not end. Close it, or take it away.',
};

export const rowAdvice: Record<RowFlaw, string> = {
  TOO_MANY_CELLS:
    'The row has more cells than there are headings. Put amounts like 12,50 in quotation marks, or separate the columns by semicolons.',
  NO_PERSON: 'Nothing says who it is. Fill in a Member ID, MIS ID, UPN or tag, or take the row out.',
  PERSON_SHORTENED:
    'A spreadsheet has shortened this number. Format the column as text, type the number again, and save the file again.',
  PERSON_TWICE: 'The same person stands in the file more than once. Keep one row, with the whole balance.',
  NO_AMOUNT: 'The amount is missing. Write 0.00 where there is nothing to bring over.',
  AMOUNT_UNREADABLE: 'This is no amount in the currency of the edition. Write it like 12.50 or -3.20.',
  AMOUNT_AMBIGUOUS: 'This may be thousands or decimals. Write it with its decimals, like 1234.00 or 1.23.',
  AMOUNT_TOO_LARGE: 'No account holds so much. Check the amount.',
  MEMBER_UNKNOWN: 'Nobody here has this number. Check it (leading zeros?), or make the member first.',
  MEMBER_AMBIGUOUS: 'Several members have this number. Use the Member ID instead.',
  BALANCE_LIMIT: 'The member would have more than the edition allows. Raise its maximum balance, or check the amount.',
  IMPORTED_OTHERWISE:
    'An opening balance of this person was imported before, with another amount. It stays as it is: book the difference by hand.',
};
