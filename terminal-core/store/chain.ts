import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

/** The hash before `seq` 1: of the journal's own identity, so that no other journal can be taken for it. */
export function chainStart(journalId: string): string {
  return sha256(journalId);
}

export interface ChainLink {
  readonly seq: number;
  readonly kind: string;
  /** Exactly as sent. */
  readonly at: string;
  /** Canonical JSON (RFC 8785). */
  readonly canonicalPayload: string;
}

/** Lower-case hex SHA-256 of the five lines of protocol.md, "Journal". */
export function chainHash(previousHash: string, link: ChainLink): string {
  return sha256([previousHash, link.seq, link.kind, link.at, link.canonicalPayload].join('\n'));
}

/** Canonical JSON (RFC 8785) of a payload; throws for what JSON cannot say. */
export function canonicalJson(payload: unknown): string {
  const text = canonicalize(payload);
  if (text === undefined) throw new TypeError('a payload that JSON cannot express');
  return text;
}
