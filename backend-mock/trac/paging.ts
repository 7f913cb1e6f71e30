import { z } from 'zod';

/** Where a page of a list ended: when the last row was made, and its key among those of the same moment. */
export type PageEnd = { createdAt: Date; key: string };

const writtenSchema = z.tuple([z.iso.datetime(), z.string().max(200)]);

/** `lastKey` of a page: opaque to whoever asks; {@link readStartKey} reads it. */
export function lastKeyOf({ createdAt, key }: PageEnd): string {
  return Buffer.from(JSON.stringify([createdAt.toISOString(), key]), 'utf8').toString('base64url');
}

/** Where the page before ended; `undefined` where this is no `lastKey` that was given out. */
export function readStartKey(startKey: string): PageEnd | undefined {
  const text = Buffer.from(startKey, 'base64url').toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const written = writtenSchema.safeParse(json);
  if (!written.success) return undefined;
  const [createdAt, key] = written.data;
  return { createdAt: new Date(createdAt), key };
}
