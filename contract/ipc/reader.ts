import { z } from 'zod';

/**
 * Between till host and reader host: one message is one APDU or one card event. No key and no meaning passes here, and
 * everything is one round of question and answer, so that a reader host may die between any two messages.
 */

const bytesSchema: z.ZodType<Uint8Array> = z.instanceof(Uint8Array);

/** What a reader can be in, worst first. */
export const readerStates = ['unavailable', 'service-down', 'missing', 'fault', 'starting', 'ready'] as const;
export type ReaderState = (typeof readerStates)[number];

export const readerKinds = ['pcsc', 'simulated'] as const;
export type ReaderKind = (typeof readerKinds)[number];

/** Till host → reader host. `presenceId` names one uninterrupted stay of one card in the field. */
export const readerCommandSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('transmit'), id: z.int(), presenceId: z.int(), apdu: bytesSchema }),
  /** Switch the field off and on; the same card comes back as a new presence, or does not. */
  z.object({ kind: z.literal('reset'), id: z.int(), presenceId: z.int() }),
]);
export type ReaderCommand = z.infer<typeof readerCommandSchema>;

export const transmitFaults = ['card-gone', 'timeout', 'failed'] as const;
export type TransmitFault = (typeof transmitFaults)[number];

/** Reader host → till host. */
export const readerEventSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('state'),
    readerKind: z.enum(readerKinds),
    state: z.enum(readerStates),
    readerName: z.string().nullable(),
    /** English, for support. */
    detail: z.string().nullable(),
  }),
  z.object({ kind: z.literal('card-present'), presenceId: z.int(), atr: bytesSchema }),
  z.object({ kind: z.literal('card-gone'), presenceId: z.int() }),
  z.object({ kind: z.literal('answer'), id: z.int(), response: bytesSchema }),
  z.object({ kind: z.literal('failure'), id: z.int(), fault: z.enum(transmitFaults), detail: z.string() }),
]);
export type ReaderEvent = z.infer<typeof readerEventSchema>;
