import { z } from 'zod';
import { faultSchema } from './fault.ts';
import { readerCommandSchema, readerEventSchema, readerKinds } from './reader.ts';
import { simulatorCommandSchema, simulatorViewSchema } from './simulator.ts';
import { stepSchema } from './step.ts';
import { tillViewSchema } from './till-view.ts';

/** Answer of an operation: a result or a fault, never an exception across a process border. */
export const resultEnvelopeSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({ ok: z.literal(false), fault: faultSchema }),
]);
export type ResultEnvelope = z.infer<typeof resultEnvelopeSchema>;

/** The till's secrets by name: the token, the key sets as JSON. Never logged, never sent to a renderer. */
export const secretsSchema = z.record(z.string(), z.string());
export type Secrets = z.infer<typeof secretsSchema>;

export const tillHostOptionsSchema = z.object({
  dataFolder: z.string().min(1),
  readerKind: z.enum(readerKinds),
  /** The application sends all the time; on the command line only `replicate` sends. */
  replication: z.enum(['background', 'on-demand']),
  /** A till of its own in `DIR/training`, with simulated tags only; nothing of it is ever sent. */
  training: z.boolean().optional(),
  secretStore: z.discriminatedUnion('kind', [
    /** `DIR/secrets.json`, mode 0600. */
    z.object({ kind: z.literal('file') }),
    /** The composer keeps them sealed and has opened them (`keep-secrets` brings new ones); null before enrolment. */
    z.object({ kind: z.literal('composer'), secrets: secretsSchema.nullable() }),
  ]),
});
export type TillHostOptions = z.infer<typeof tillHostOptionsSchema>;

export const readerHostOptionsSchema = z.object({
  readerKind: z.enum(readerKinds),
  /** Part of the PC/SC reader's name; null takes the first one. */
  readerName: z.string().nullable(),
  /** Where the simulated tags are kept. */
  dataFolder: z.string().min(1),
  /** Label of a simulated tag to lay on the reader at once, made if there is none (command line). */
  simulatedTag: z.string().nullable(),
});
export type ReaderHostOptions = z.infer<typeof readerHostOptionsSchema>;

/** Composer → till host. */
export const toTillHostSchema = z.discriminatedUnion('kind', [
  /** First message of all; a host without it does nothing. */
  z.object({ kind: z.literal('start'), options: tillHostOptionsSchema }),
  z.object({ kind: z.literal('call'), id: z.int(), operation: z.string(), request: z.unknown() }),
  z.object({ kind: z.literal('reader'), event: readerEventSchema }),
  /** The reader host is gone, and with it everything that was asked of it. */
  z.object({ kind: z.literal('reader-host-gone'), detail: z.string() }),
  z.object({ kind: z.literal('secrets-kept'), id: z.int(), envelope: resultEnvelopeSchema }),
  /** Finish what is being written, clean up, close, exit with 0; at most 5 s (requirements.md 3.2). */
  z.object({ kind: z.literal('stop') }),
]);
export type ToTillHost = z.infer<typeof toTillHostSchema>;

/** Till host → composer. */
export const fromTillHostSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  /** The till cannot start at all; the process ends after it. */
  z.object({ kind: z.literal('failed'), fault: faultSchema }),
  z.object({ kind: z.literal('answer'), id: z.int(), envelope: resultEnvelopeSchema }),
  z.object({ kind: z.literal('view'), view: tillViewSchema }),
  z.object({ kind: z.literal('step'), step: stepSchema }),
  z.object({ kind: z.literal('reader'), command: readerCommandSchema }),
  z.object({ kind: z.literal('keep-secrets'), id: z.int(), secrets: secretsSchema }),
  /** The reader host answers nothing any more, not even that it failed: end it, a new one may do better. */
  z.object({ kind: z.literal('reader-host-stuck') }),
]);
export type FromTillHost = z.infer<typeof fromTillHostSchema>;

/** Composer → reader host. */
export const toReaderHostSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('start'), options: readerHostOptionsSchema }),
  z.object({ kind: z.literal('reader'), command: readerCommandSchema }),
  z.object({ kind: z.literal('simulator'), id: z.int(), command: simulatorCommandSchema }),
  z.object({ kind: z.literal('stop') }),
]);
export type ToReaderHost = z.infer<typeof toReaderHostSchema>;

/** Reader host → composer. */
export const fromReaderHostSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reader'), event: readerEventSchema }),
  z.object({ kind: z.literal('simulator-view'), view: simulatorViewSchema }),
  z.object({ kind: z.literal('simulator-answer'), id: z.int(), envelope: resultEnvelopeSchema }),
]);
export type FromReaderHost = z.infer<typeof fromReaderHostSchema>;
