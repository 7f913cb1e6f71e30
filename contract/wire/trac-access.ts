import { z } from 'zod';

/** An access token of an installation, for `Authorization: token …`. */
export const accessTokenSchema = z
  .object({
    token: z.string(),
    /** Seconds since 1970. */
    expiresAt: z.int(),
  })
  .meta({ id: 'TracAccessToken' });
