import { z } from 'zod';
import { faultSchema } from './fault.ts';
import { readerKinds, readerStates } from './reader.ts';

/** What a tag in the field is found to be; `unread`: the till was busy with it, or it did not answer. */
export const tagFindings = [
  'current',
  'not-ours',
  'foreign-edition',
  'forged',
  'corrupt',
  'unsupported',
  'unread',
] as const;

/** A tag as a person has to know it who looks for a fault. Its number is shortened: whose it is is nobody's business here. */
export const tagDetailsSchema = z.object({
  technology: z.enum(['type2', 'classic1k', 'unsupported']),
  /** Answer to reset, as hex. */
  atr: z.string(),
  /** First and last bytes only; null where it could not be read. */
  shortUid: z.string().nullable(),
  uidLength: z.int().nullable(),
  finding: z.enum(tagFindings),
  /** Of one of ours. */
  image: z
    .object({
      keySetId: z.int(),
      generation: z.int(),
      transactionNumber: z.int(),
      adjustmentNumber: z.int(),
      blocked: z.boolean(),
      /** Whether the image before is whole too; a torn write leaves it broken. */
      otherSlotValid: z.boolean(),
      /** Of the three places of its history. */
      historyCount: z.int(),
      writtenAt: z.string(),
    })
    .nullable(),
  /** What went wrong while it was read, for support. */
  detail: z.string().nullable(),
});
export type TagDetails = z.infer<typeof tagDetailsSchema>;

/** What the disk says of a till, also when nobody uses it. */
export const diskFactsSchema = z.object({
  versions: z.object({
    klink: z.string(),
    /** Number of the last migration. */
    schema: z.int(),
    node: z.string(),
    sqlite: z.string(),
    /** The PC/SC binding; null where there is none on this machine. */
    pcsc: z.string().nullable(),
    system: z.string(),
  }),
  database: z.object({
    sizeBytes: z.int(),
    /** Not copied back yet. */
    walBytes: z.int(),
    journalMode: z.string(),
    transactionCount: z.int(),
    journalSeq: z.int(),
    acknowledgedSeq: z.int(),
  }),
  /** Where the till's folder is; null where the system does not say. */
  disk: z.object({ freeBytes: z.int(), totalBytes: z.int() }).nullable(),
});
export type DiskFacts = z.infer<typeof diskFactsSchema>;

export const notedFaultSchema = z.object({ at: z.string(), fault: faultSchema });
export type NotedFault = z.infer<typeof notedFaultSchema>;

/** The till from within, for whoever looks for a fault (screens.md, "Diagnostics"). It holds no secret. */
export const diagnosticsSchema = diskFactsSchema.extend({
  at: z.string(),
  reader: z.object({
    kind: z.enum(readerKinds),
    state: z.enum(readerStates),
    name: z.string().nullable(),
    detail: z.string().nullable(),
  }),
  /** Null where none lies on the reader. */
  tag: tagDetailsSchema.nullable(),
  replication: z.object({
    state: z.enum(['unknown', 'online', 'offline', 'refused']),
    since: z.string(),
    lastAcknowledgedAt: z.string().nullable(),
    seal: z.enum(['unknown', 'open', 'sealed']),
    fault: faultSchema.nullable(),
  }),
  /** How far the backend's clock is ahead of this one, to a second; null until it has answered once. */
  clock: z.object({ differenceMs: z.int(), measuredAt: z.string() }).nullable(),
  /** Since the till was started, newest first. */
  recentFaults: z.array(notedFaultSchema),
});
export type Diagnostics = z.infer<typeof diagnosticsSchema>;
