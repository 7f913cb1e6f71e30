import { z } from 'zod';
import { ProblemError, problem } from '../http/problems.ts';
import { limits } from '../limits.ts';

/** What integrations keep with an entity: externalIds, tags and their namespaces; never the entity's own fields. */
export type Content = Readonly<Record<string, unknown>>;

/** In a purse's content: what the credits that come by themselves begin with. Nobody outside sees it or writes it. */
export const creditTransactionsKey = 'creditTransactions';

const notContent = ['meta', creditTransactionsKey];

/** Everything of a body that is neither one of these fields of its own nor the backend's. */
export function contentOf(body: Content, own: readonly string[]): Content {
  const kept = Object.entries(body).filter(
    ([name, value]) => value !== undefined && !own.includes(name) && !notContent.includes(name),
  );
  return Object.fromEntries(kept);
}

/** Throws PAYLOAD_TOO_LARGE where an entity would carry more than it may. */
export function requireSmall(content: Content): Content {
  if (Buffer.byteLength(JSON.stringify(content)) > limits.tracContentBytesMax)
    throw new ProblemError(
      problem('PAYLOAD_TOO_LARGE', `An entity keeps ${limits.tracContentBytesMax} bytes of its own.`),
    );
  return content;
}

const partsSchema = z.looseObject({
  externalIds: z.record(z.string(), z.string()).default({}),
  tags: z.record(z.string(), z.json()).default({}),
  [creditTransactionsKey]: z.unknown().optional(),
});

/** Content as an answer shows it: namespaces at the top, `tags` in `meta`. */
export function shownContent(content: Content) {
  const { externalIds, tags, [creditTransactionsKey]: _hidden, ...namespaces } = partsSchema.parse(content);
  return { externalIds, tags, namespaces: z.record(z.string(), z.json()).parse(namespaces) };
}

/** A namespace of the content as an object; empty where it is none. */
export function namespaceOf(content: Content, name: string): Record<string, z.core.util.JSONType> {
  return z.record(z.string(), z.json()).catch({}).parse(content[name]);
}

/** Parses a body that defaults have filled: BAD_REQUEST names what is missing or wrong (R127: whoever set the defaults may be at fault). */
export function parsedWith<T>(schema: z.ZodType<T>, body: Content): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ProblemError(
    problem('BAD_REQUEST', `/${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'not valid'}`.slice(0, 300)),
  );
}
