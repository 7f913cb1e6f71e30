import { z } from 'zod';
import { shortTextSchema } from './identifiers.ts';

/** 700,000 bytes of a file as base64; the body of a request holds no more. */
const contentCharactersMax = 933_336;

/** A table out of a spreadsheet, as a request brings it. */
export const spreadsheetFields = {
  fileName: shortTextSchema,
  /** The file's own bytes: what encoding they are in is found out by the backend. */
  contentBase64: z.base64().max(contentCharactersMax),
};

/** What an answer tells of the file that it is about. */
export const readSpreadsheetFields = {
  fileName: z.string(),
  fileSha256: z.string(),
  /** How the file was read; null where it could not be. */
  encoding: z.string().nullable(),
  separator: z.string().nullable(),
};
