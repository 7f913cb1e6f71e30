import type { BatchRequest } from '../../contract/wire/batch.ts';
import { canonicalJson, entryHash } from './chain.ts';

/** An entry with its canonical text, which is what is hashed, compared and stored. */
export type PreparedEntry = {
  seq: number;
  kind: string;
  at: string;
  payload: unknown;
  hash: string;
  canonicalPayload: string;
};

/** A batch after everything that needs no database. */
export type PreparedBatch = {
  batchId: string;
  journalId: string;
  bodyHash: Buffer;
  firstSeq: number;
  lastSeq: number;
  entries: readonly PreparedEntry[];
  /** First entry whose hash does not follow from the entry before it inside the batch. */
  brokenAtSeq: number | undefined;
};

/**
 * Checks the form of a batch and follows its chain from the second entry on; the first entry needs the backend's own
 * hash. Returns a sentence where the batch is no batch at all: `batchId` must be `<first seq>-<last seq>` of entries that
 * follow each other.
 */
export function prepareBatch(batchId: string, bodyHash: Buffer, request: BatchRequest): PreparedBatch | string {
  const first = request.entries[0];
  const last = request.entries.at(-1);
  if (first === undefined || last === undefined) return 'A batch has at least one entry.';
  if (batchId !== `${first.seq}-${last.seq}`)
    return `The entries are ${first.seq}-${last.seq}, the path says ${batchId}.`;
  let brokenAtSeq: number | undefined;
  const entries: PreparedEntry[] = [];
  for (const { seq, kind, at, payload, hash } of request.entries) {
    const previous = entries.at(-1);
    if (previous !== undefined && seq !== previous.seq + 1)
      return `Entry ${seq} does not follow entry ${previous.seq}.`;
    const canonicalPayload = canonicalJson(payload);
    if (canonicalPayload === undefined) brokenAtSeq ??= seq;
    const entry = { seq, kind, at, payload, hash, canonicalPayload: canonicalPayload ?? '' };
    if (previous !== undefined && entryHash(previous.hash, entry, entry.canonicalPayload) !== hash) brokenAtSeq ??= seq;
    entries.push(entry);
  }
  return {
    batchId,
    journalId: request.journalId,
    bodyHash,
    firstSeq: first.seq,
    lastSeq: last.seq,
    entries,
    brokenAtSeq,
  };
}
