import { z } from 'zod';
import type { FuzzRoute, JsonSchema, RouteBook } from './routes.ts';

/** What the published document says of the bodies of the routes: held against what is accepted. */
export class ContractOfBodies {
  readonly #parsers = new Map<FuzzRoute, z.ZodType>();

  constructor({ routes, schemas }: RouteBook) {
    const $defs = Object.fromEntries([...schemas].map(([name, schema]) => [name, inDefinitions(schema)]));
    for (const route of routes) {
      if (route.body === undefined) continue;
      this.#parsers.set(route, z.fromJSONSchema({ ...inDefinitions(route.body), $defs }));
    }
  }

  /** Why the contract does not allow these bytes as the route's body; `undefined` where it does, or does not speak of it. */
  objection(route: FuzzRoute, body: Buffer | undefined): string | undefined {
    const parser = this.#parsers.get(route);
    if (parser === undefined) return undefined;
    let json: unknown;
    try {
      // Strict about UTF-8; a byte order mark may be passed over (RFC 8259, 8.1).
      json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    } catch {
      return 'the body is no JSON in UTF-8';
    }
    if (/\\u[dD][89abAB]/.test(body?.toString('latin1') ?? '') && isTorn(json))
      return 'a text has half a surrogate pair';
    const parsed = followed(parser, json);
    if (parsed === 'too deep') return 'the body is nested too deep to be followed';
    return parsed.success ? undefined : `the contract refuses the body: ${z.prettifyError(parsed.error).slice(0, 200)}`;
  }
}

/** A contract that takes any JSON is followed as deep as the body goes: thousands of brackets are more than a stack holds. */
function followed(parser: z.ZodType, json: unknown) {
  try {
    return parser.safeParse(json);
  } catch (error) {
    if (error instanceof RangeError) return 'too deep';
    throw error;
  }
}

function isTorn(json: unknown): boolean {
  if (typeof json === 'string') return /\p{Surrogate}/u.test(json);
  return typeof json === 'object' && json !== null && Object.values(json).some(isTorn);
}

/** With references that a schema of its own can follow. */
function inDefinitions(schema: JsonSchema): JsonSchema {
  const text = JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/');
  return z.record(z.string(), z.json()).parse(JSON.parse(text));
}
