import { createHash } from 'node:crypto';

/** protocol.md, "Journal", stated once more. */
export function startHash(journalId: string): string {
  return createHash('sha256').update(journalId, 'utf8').digest('hex');
}

/** @param entry with its payload as canonical text */
export function entryHash(
  previous: string,
  {
    seq,
    kind,
    at,
    payload,
  }: { readonly seq: number; readonly kind: string; readonly at: string; readonly payload: string },
): string {
  return createHash('sha256').update([previous, seq, kind, at, payload].join('\n'), 'utf8').digest('hex');
}
