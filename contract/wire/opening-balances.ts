import { z } from 'zod';
import { currencySchema, signedAmountMinorSchema } from './money.ts';
import { readSpreadsheetFields, spreadsheetFields } from './spreadsheet.ts';

/** Why a file of opening balances cannot be read at all. */
export const fileFlaws = [
  'EMPTY',
  'WORKBOOK',
  'NOT_TEXT',
  'TOO_LARGE',
  'NO_HEADINGS',
  'NO_PERSON_COLUMN',
  'NO_AMOUNT_COLUMN',
  'TWO_AMOUNT_COLUMNS',
  'QUOTES',
] as const;
export type FileFlaw = (typeof fileFlaws)[number];

/** Why one row of it cannot be booked. */
export const rowFlaws = [
  'TOO_MANY_CELLS',
  'NO_PERSON',
  'PERSON_SHORTENED',
  'PERSON_TWICE',
  'NO_AMOUNT',
  'AMOUNT_UNREADABLE',
  'AMOUNT_AMBIGUOUS',
  'AMOUNT_TOO_LARGE',
  'MEMBER_UNKNOWN',
  'MEMBER_AMBIGUOUS',
  'BALANCE_LIMIT',
  'IMPORTED_OTHERWISE',
] as const;
export type RowFlaw = (typeof rowFlaws)[number];

export const openingBalancesRequestSchema = z
  .object({
    editionId: z.int().min(1),
    ...spreadsheetFields,
  })
  .meta({ id: 'OpeningBalancesRequest' });
export type OpeningBalancesRequest = z.infer<typeof openingBalancesRequestSchema>;

const openingBalanceRowSchema = z
  .object({
    /** Of the file, from 1. */
    line: z.int().min(1),
    /** Whose balance it is, as the row says it; null where it says nothing. */
    person: z.string().nullable(),
    name: z.string(),
    /** The amount as the row has it. */
    written: z.string(),
    memberId: z.string().nullable(),
    amountMinor: signedAmountMinorSchema.nullable(),
    outcome: z.enum(['to-book', 'booked', 'imported-before', 'flawed']),
    /** Null unless it is flawed. */
    flaw: z.enum(rowFlaws).nullable(),
    /** What to do about the flaw, for a person. */
    advice: z.string().nullable(),
  })
  .meta({ id: 'OpeningBalanceRow' });
export type OpeningBalanceRow = z.infer<typeof openingBalanceRowSchema>;

const count = z.int().min(0);

export const openingBalancesAnswerSchema = z
  .object({
    editionId: z.int(),
    currency: currencySchema,
    ...readSpreadsheetFields,
    /** Null unless nothing of the file could be read. */
    flaw: z.object({ code: z.enum(fileFlaws), line: z.int().nullable(), advice: z.string() }).nullable(),
    rows: z.array(openingBalanceRowSchema),
    totals: z.object({
      rows: count,
      /** In the preview: to be booked; after the import: booked by this call. */
      booked: count,
      creditMinor: z.int().min(0),
      /** What members owe, as a positive amount. */
      debtMinor: z.int().min(0),
      importedBefore: count,
      flawed: count,
    }),
    /** Whether money was booked, or would be: never while anything is flawed. */
    importable: z.boolean(),
  })
  .meta({ id: 'OpeningBalancesAnswer' });
export type OpeningBalancesAnswer = z.infer<typeof openingBalancesAnswerSchema>;
