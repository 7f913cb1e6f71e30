import { z } from 'zod';
import { tearPoints } from '../../contract/ipc/simulator.ts';
import { tagModelNames } from '../../terminal-core/readers/simulated/emulated-tag.ts';

/** Between a test and the process that plays the tags. Every request is answered by `done` or `refused` with its id. */

const bytesSchema: z.ZodType<Uint8Array> = z.instanceof(Uint8Array);

/** Which APDUs are counted, from the moment the plan is made. */
const countedSchema = z.object({ of: z.enum(['apdus', 'writes']), number: z.int().min(1) });

/** What is to go wrong, once. */
const faultPlanSchema = z.discriminatedUnion('kind', [
  /** The tag leaves the field at that APDU: `before` it is done, `during` (a unit half written), or `after` it is done. */
  z.object({ kind: z.literal('tear'), counted: countedSchema, point: z.enum(tearPoints) }),
  /** The APDU is done or not, and this is answered in place of the truth; an empty one is a response without status. */
  z.object({ kind: z.literal('answer'), counted: countedSchema, isDone: z.boolean(), response: bytesSchema }),
  /** The answer comes, but so late. */
  z.object({ kind: z.literal('delay'), counted: countedSchema, delayMs: z.int().min(0) }),
  /** The APDU is done or not, and no answer comes until the tag is removed: time to do something to the till. */
  z.object({ kind: z.literal('hold'), counted: countedSchema, isDone: z.boolean() }),
  /** Another tag takes its place before that APDU, and the reader does not notice. */
  z.object({ kind: z.literal('swap'), counted: countedSchema, tagId: z.string() }),
  /** From that APDU on a second tag lies there as well: none of them can be understood, until both are removed. */
  z.object({ kind: z.literal('collide'), counted: countedSchema }),
]);
export type FaultPlan = z.infer<typeof faultPlanSchema>;

const tagSpecSchema = z.object({
  model: z.enum(tagModelNames),
  uid: bytesSchema,
  /** Null for that of its model. */
  atr: bytesSchema.nullable(),
  /** Key A of a MIFARE Classic's sectors; null for the transport key. */
  classicKey: bytesSchema.nullable(),
});
export type TagSpec = z.infer<typeof tagSpecSchema>;

export const emulatorRequestSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('make'), id: z.int(), tagId: z.string(), spec: tagSpecSchema }),
  /** `user` begins at the tag's logical byte 0, and covers all that is free for use. */
  z.object({ kind: z.literal('set-user-memory'), id: z.int(), tagId: z.string(), user: bytesSchema }),
  z.object({ kind: z.literal('get-user-memory'), id: z.int(), tagId: z.string() }),
  /** Done when the service has powered the tag, which is when a reader has noticed it. */
  z.object({ kind: z.literal('insert'), id: z.int(), tagId: z.string() }),
  z.object({ kind: z.literal('remove'), id: z.int() }),
  z.object({ kind: z.literal('plan'), id: z.int(), plan: faultPlanSchema }),
  /** Nothing that was planned happens any more. */
  z.object({ kind: z.literal('forget-plans'), id: z.int() }),
  z.object({ kind: z.literal('apdus'), id: z.int() }),
  /** Done when the APDU of a `hold` has come. */
  z.object({ kind: z.literal('await-held'), id: z.int() }),
]);
export type EmulatorRequest = z.infer<typeof emulatorRequestSchema>;

const seenApduSchema = z.object({
  tagId: z.string(),
  apdu: bytesSchema,
  isWrite: z.boolean(),
  /** Null when the tag left without an answer. */
  response: bytesSchema.nullable(),
});
export type SeenApdu = z.infer<typeof seenApduSchema>;

export const emulatorAnswerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), id: z.int() }),
  z.object({ kind: z.literal('user-memory'), id: z.int(), user: bytesSchema }),
  z.object({ kind: z.literal('apdus'), id: z.int(), apdus: z.array(seenApduSchema) }),
  z.object({ kind: z.literal('refused'), id: z.int(), detail: z.string() }),
]);
export type EmulatorAnswer = z.infer<typeof emulatorAnswerSchema>;
