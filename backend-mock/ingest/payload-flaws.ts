import type { z } from 'zod';
import { type TransactionPayload, transactionPayloadSchema } from '../../contract/wire/transaction.ts';

/** What a payload that does not parse still tells the operator. */
export function hints(payload: unknown): { terminalTransactionNumber?: number; uid?: string; state?: string } {
  const shape = transactionPayloadSchema.shape;
  const read = <Value>(schema: z.ZodType<Value>, value: unknown): Value | undefined => {
    const parsed = schema.safeParse(value);
    return parsed.success ? parsed.data : undefined;
  };
  if (typeof payload !== 'object' || payload === null) return {};
  const field = (name: string): unknown => Object.getOwnPropertyDescriptor(payload, name)?.value;
  const number = read(shape.terminalTransactionNumber, field('terminalTransactionNumber'));
  const state = read(shape.state, field('state'));
  const tag = field('tag');
  const uid =
    typeof tag === 'object' && tag !== null
      ? read(shape.tag.shape.uid, Object.getOwnPropertyDescriptor(tag, 'uid')?.value)
      : undefined;
  return {
    ...(number === undefined ? {} : { terminalTransactionNumber: number }),
    ...(state === undefined ? {} : { state }),
    ...(uid === undefined ? {} : { uid }),
  };
}

/** What is wrong with a transaction that parses: a time that PostgreSQL cannot hold. */
export function transactionFlaw(payload: TransactionPayload): string | undefined {
  const opened = unstorableInstant(payload.openedAt);
  if (opened !== undefined) return `openedAt: ${opened}`;
  const ended = payload.endedAt == null ? undefined : unstorableInstant(payload.endedAt);
  return ended === undefined ? undefined : `endedAt: ${ended}`;
}

/** PostgreSQL has no year 0, which the format allows. */
export function unstorableInstant(text: string): string | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) || text.startsWith('0000') ? 'is not a time that can be stored' : undefined;
}

/** The first complaint of a schema, with the place it is about. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'unreadable';
  return `${issue.path.map(String).join('.') || 'payload'}: ${issue.message}`.slice(0, 500);
}
