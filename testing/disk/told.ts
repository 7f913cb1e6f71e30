import { z } from 'zod';

/** What a till has told somebody, who will not forget it when the till's power goes. */
export const toldSchema = z.discriminatedUnion('kind', [
  /** It has an assignment; the code it was enrolled with is used up. */
  z.object({ kind: z.literal('enrolled') }),
  /** The cashier and the customer: the transaction is through. */
  z.object({ kind: z.literal('committed'), number: z.int() }),
  /** The backend: an entry of the journal. */
  z.object({ kind: z.literal('heard'), seq: z.int(), hash: z.string() }),
  /** The cashier: a setting is kept. */
  z.object({ kind: z.literal('taps'), taps: z.int() }),
]);
export type Told = z.infer<typeof toldSchema>;
