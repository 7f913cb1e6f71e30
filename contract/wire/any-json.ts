import { z } from 'zod';

type AnyJson = z.core.util.JSONType;

/** Any JSON at all: what the contract carries without reading it. It has a name because it contains itself. */
export const anyJsonSchema: z.ZodType<AnyJson, AnyJson> = z
  .lazy(() =>
    z.union([
      z.string(),
      z.number(),
      z.boolean(),
      z.null(),
      z.array(anyJsonSchema),
      z.record(z.string(), anyJsonSchema),
    ]),
  )
  .meta({ id: 'AnyJson' });
