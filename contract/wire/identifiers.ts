import { z } from 'zod';

/** RFC 3339 in UTC; the till writes it with milliseconds. */
export const instantSchema = z.iso.datetime();
/** A day by a calendar on the wall, e.g. of the edition's time zone; no calendar has a year 0. */
export const calendarDaySchema = z.iso
  .date()
  .refine((text) => !text.startsWith('0000'), { error: 'there is no year 0' });
/** 4, 7 or 10 bytes in upper-case hex. */
export const tagUidSchema = z.string().regex(/^(?:[0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{20})$/);
/** 32 lower-case hex characters, drawn when the assignment's database is made. */
export const journalIdSchema = z.string().regex(/^[0-9a-f]{32}$/);
/** SHA-256 in lower-case hex. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

const u32Max = 0xffff_ffff;
/** Fits the four bytes it has on the tag. */
export const assignmentIdSchema = z.int().min(1).max(u32Max);
export const terminalTransactionNumberSchema = z.int().min(1).max(u32Max);
export const tagTransactionNumberSchema = z.int().min(0).max(u32Max);
/** 1 when a tag is first issued, +1 at each re-issue or repair; one byte on the tag. */
export const tagGenerationSchema = z.int().min(1).max(255);
export const adjustmentNumberSchema = z.int().min(0).max(0xffff);
/** Position in an assignment's journal, gap-free from 1. */
export const seqSchema = z.int().min(1);
export const shortTextSchema = z.string().min(1).max(120);
