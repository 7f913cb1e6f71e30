import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { JournalEntry } from '../../contract/wire/journal.ts';

type Json = JournalEntry['payload'];

/** RFC 8785 for the values tests send, stated again, so that the tests do not lean on the backend's own. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(',')}}`;
}

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

/** The hash of an entry behind `previous`, which before the first one is {@link startHash}. */
export function chainedHash(previous: string, { seq, kind, at, payload }: Omit<JournalEntry, 'hash'>): string {
  return sha256([previous, String(seq), kind, at, canonical(payload)].join('\n'));
}

export const startHash = (journalId: string): string => sha256(journalId);

/** The journal of one assignment as a till would keep it: entries chained by their hashes, numbered without gaps. */
export class TestJournal {
  readonly journalId: string;
  readonly entries: JournalEntry[] = [];

  constructor(journalId: string) {
    this.journalId = journalId;
  }

  /** Appends an entry with whatever payload, as JSON carries it, and returns it. */
  append(kind: string, content: unknown, at = '2026-07-04T20:15:03.120Z'): JournalEntry {
    const payload = z.json().parse(JSON.parse(JSON.stringify(content)));
    const seq = this.entries.length + 1;
    const previous = this.entries.at(-1)?.hash ?? startHash(this.journalId);
    const hash = chainedHash(previous, { seq, kind, at, payload });
    const entry = { seq, kind, at, payload, hash };
    this.entries.push(entry);
    return entry;
  }

  /** A journal that shares everything so far and then goes its own way: a restored disk. */
  fork(): TestJournal {
    const other = new TestJournal(this.journalId);
    other.entries.push(...this.entries);
    return other;
  }

  /** The body of the batch that holds the entries from `first` to `last`, both included. */
  batch(first = 1, last = this.entries.length): { batchId: string; body: string } {
    const entries = this.entries.slice(first - 1, last);
    return { batchId: `${first}-${last}`, body: JSON.stringify({ protocol: 1, journalId: this.journalId, entries }) };
  }

  get seal(): { seq: number; hash: string } {
    const last = this.entries.at(-1);
    return last === undefined ? { seq: 0, hash: startHash(this.journalId) } : { seq: last.seq, hash: last.hash };
  }
}
