import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

/** The hash before `seq` 1: SHA-256 of the text of the `journalId` (protocol.md, "Journal"). */
export function journalStartHash(journalId: string): string {
  return sha256(journalId);
}

/** RFC 8785 text of a JSON value, or `undefined` where it has none (a lone surrogate, a number beyond a double). */
export function canonicalJson(value: unknown): string | undefined {
  try {
    return canonicalize(value);
  } catch {
    // What has no canonical text cannot have a right hash either: the caller answers CHAIN_BROKEN.
    return undefined;
  }
}

/** Hash of a journal entry over the five lines previous hash, seq, kind, at, canonical payload. */
export function entryHash(
  previousHash: string,
  entry: { seq: number; kind: string; at: string },
  canonicalPayload: string,
): string {
  return sha256([previousHash, String(entry.seq), entry.kind, entry.at, canonicalPayload].join('\n'));
}

/** What tells whether a transaction is said again or said otherwise (Q11); of its canonical JSON. */
export function contentHash(canonicalText: string): string {
  return sha256(canonicalText);
}
