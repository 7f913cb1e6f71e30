import { z } from 'zod';

/** The drawer of the simulated reader: what a person can do with a wristband, and what it then looks like. */
export const tearPoints = ['before', 'during', 'after'] as const;
export type TearPoint = (typeof tearPoints)[number];

export const simulatorCommandSchema = z.discriminatedUnion('kind', [
  /** A Type 2 tag where no technology is given; its UID has 7 bytes, a MIFARE Classic's 4, where no length is given. */
  z.object({
    kind: z.literal('create'),
    label: z.string().min(1).max(40),
    technology: z.enum(['type2', 'classic1k']).optional(),
    uidLength: z.union([z.literal(4), z.literal(7), z.literal(10)]).optional(),
  }),
  /** Shows the tag for as long as the till needs it, then takes it away. */
  z.object({ kind: z.literal('tap'), tagId: z.string() }),
  /** Lays the tag down until `remove`. */
  z.object({ kind: z.literal('hold'), tagId: z.string() }),
  z.object({ kind: z.literal('remove') }),
  /** Shows the tag and pulls it away at the n-th APDU that writes. */
  z.object({
    kind: z.literal('tear'),
    tagId: z.string(),
    writeNumber: z.int().min(1).max(100),
    point: z.enum(tearPoints),
  }),
  z.object({ kind: z.literal('corrupt'), tagId: z.string() }),
  /** Puts back what the tag held before the last stay in which it was written; repeated, what it held before that. */
  z.object({ kind: z.literal('rollback'), tagId: z.string() }),
  z.object({ kind: z.literal('clone'), tagId: z.string() }),
  z.object({ kind: z.literal('delete'), tagId: z.string() }),
]);
export type SimulatorCommand = z.infer<typeof simulatorCommandSchema>;

export const simulatorViewSchema = z.object({
  tags: z.array(z.object({ tagId: z.string(), label: z.string(), uid: z.string() })),
  /** The tag in the field. */
  presentTagId: z.string().nullable(),
});
export type SimulatorView = z.infer<typeof simulatorViewSchema>;
