import { allergens } from '../../contract/wire/allergens.ts';
import type { MemberFileFlaw, MemberRowFlaw } from '../../contract/wire/member-import.ts';

/** What whoever has the file does about it. */
export const fileAdvice: Record<MemberFileFlaw, string> = {
  EMPTY: 'The file has no rows. Save the sheet that holds the members as CSV.',
  WORKBOOK: 'This is a workbook. Open it, choose "Save as" and save the sheet as CSV.',
  NOT_TEXT: 'This is no text. Save the sheet as CSV (UTF-8).',
  TOO_LARGE: 'The file is too large: at most 700,000 bytes and 20,000 rows. Split it.',
  NO_HEADINGS:
    'The first line must name the columns: MIS ID or UPN, Name, and what else is known, like Class or Allergens.',
  NO_PERSON_COLUMN:
    'No column says who it is. Name one of them MIS ID or UPN: without it nobody could be imported again.',
  COLUMN_TWICE: 'Two columns mean the same. Keep one, or give the other a heading that means nothing here.',
  QUOTES: 'A quotation mark begins here and does not end. Close it, or take it away.',
};

export const rowAdvice: Record<MemberRowFlaw, string> = {
  TOO_MANY_CELLS:
    'The row has more cells than there are headings. Put texts with commas in quotation marks, or separate the columns by semicolons.',
  NO_PERSON: 'Nothing says who it is. Fill in a MIS ID or UPN, or make this one with klink members add.',
  PERSON_SHORTENED:
    'A spreadsheet has shortened this number. Format the column as text, type the number again, and save the file again.',
  PERSON_TWICE: 'The same person stands in the file more than once. Keep one row.',
  TEXT_TOO_LONG: 'A name, number or class has more than 120 characters. Shorten it.',
  NO_NAME: 'Nobody here has this number yet, and the row has no name. Fill it in.',
  TYPE_UNKNOWN: 'The type is none of pupil, staff, system and hospitality. Leave it empty for a pupil.',
  ALLERGEN_UNKNOWN: `One of these is no allergen that tills ask about. Use: ${allergens.join(', ')}; or none.`,
  LIMIT_UNREADABLE: 'The daily limit is no amount in the currency of the edition. Write it like 4.50, or none.',
  TAG_UNREADABLE: 'This is no number of a tag. It has 8, 14 or 20 of the digits 0–9 and A–F, as a till shows it.',
  TAG_TWICE: 'Several rows have this tag. It can open one account only.',
  TAG_IN_USE: 'This tag is somebody else’s, or money moved with it already. Give them another one.',
  YES_OR_NO: 'Whether somebody has free meals is yes or no, or empty.',
  CREDIT_NOT_SAID:
    'It says yes to free meals, but not what they are: say so with the import (klink: --credit and --credit-amount).',
  MEMBER_UNKNOWN: 'Nobody here has this Member ID. Leave it empty for somebody new.',
  MEMBER_AMBIGUOUS:
    'The numbers of this row mean several members. Look them up (klink members list) and use the Member ID.',
};
