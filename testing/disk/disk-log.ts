import { appendFileSync } from 'node:fs';

/** One thing that happened to the folder; `file` is its name in it, and empty for the folder itself. */
export type DiskEvent =
  | { readonly kind: 'wrote'; readonly file: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'truncated'; readonly file: string; readonly length: number }
  /** Everything done to it so far has reached the disk. */
  | { readonly kind: 'synced'; readonly file: string }
  | { readonly kind: 'created'; readonly file: string }
  | { readonly kind: 'removed'; readonly file: string }
  | { readonly kind: 'renamed'; readonly file: string; readonly to: string }
  /** The program has told somebody something that has to be true from then on. */
  | { readonly kind: 'told'; readonly text: string };

const headBytes = 24;
const toldKind = 7;

/** Reads what `disk-watch.c` and `tell` have written: kind and length of the name (u32), offset and length (u64), name, bytes. */
export function readDiskLog(log: Buffer): readonly DiskEvent[] {
  const events: DiskEvent[] = [];
  for (let at = 0; at < log.length; ) {
    const nameAt = at + headBytes;
    const bytesAt = nameAt + log.readUInt32LE(at + 4);
    const endAt = bytesAt + Number(log.readBigUInt64LE(at + 16));
    const file = log.toString('utf8', nameAt, bytesAt);
    events.push(eventOf(log.readUInt32LE(at), file, Number(log.readBigUInt64LE(at + 8)), log.subarray(bytesAt, endAt)));
    at = endAt;
  }
  return events;
}

/** Notes in the log that something was told, between what happened before and what happens after. */
export function tell(logFile: string, told: unknown): void {
  const bytes = Buffer.from(JSON.stringify(told));
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(toldKind, 0);
  head.writeBigUInt64LE(BigInt(bytes.length), 16);
  appendFileSync(logFile, Buffer.concat([head, bytes]));
}

function eventOf(kind: number, file: string, offset: number, bytes: Buffer): DiskEvent {
  switch (kind) {
    case 1:
      return { kind: 'wrote', file, offset, bytes };
    case 2:
      return { kind: 'truncated', file, length: offset };
    case 3:
      return { kind: 'synced', file };
    case 4:
      return { kind: 'created', file };
    case 5:
      return { kind: 'removed', file };
    case 6:
      return { kind: 'renamed', file, to: bytes.toString('utf8') };
    case toldKind:
      return { kind: 'told', text: bytes.toString('utf8') };
    default:
      throw new RangeError(`the log has a record of kind ${kind}`);
  }
}
