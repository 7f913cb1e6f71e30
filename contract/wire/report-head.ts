import { z } from 'zod';
import { currencySchema } from './money.ts';

/** What every report begins with. */
export const reportHeadSchema = z.object({
  editionId: z.int(),
  currency: currencySchema,
  /** When the books stood like this. */
  at: z.iso.datetime(),
});
