import fc from 'fast-check';
import { z } from 'zod';
import type { Draw } from './draw.ts';
import type { HostileJson } from './json-text.ts';
import type { JsonSchema } from './routes.ts';

/** What exists in the world, by the name of the field that speaks of it; `undefined` where the schema alone decides. */
export type Known = (field: string) => readonly HostileJson[] | undefined;

const texts = z.array(z.string()).catch([]);
const schemaOf = z.record(z.string(), z.json());
const listOf = z.array(schemaOf).catch([]);
const numberOr = (fallback: number) => z.number().catch(fallback);

const patterns = new Map<string, fc.Arbitrary<string>>();
function matching(pattern: string): fc.Arbitrary<string> {
  const made = patterns.get(pattern) ?? fc.stringMatching(new RegExp(pattern));
  patterns.set(pattern, made);
  return made;
}

/** Draws values that a JSON schema allows, with names and numbers that exist wherever a field asks for one. */
export class SchemaValues {
  readonly #schemas: ReadonlyMap<string, JsonSchema>;
  readonly #known: Known;

  constructor(schemas: ReadonlyMap<string, JsonSchema>, known: Known) {
    this.#schemas = schemas;
    this.#known = known;
  }

  draw(draw: Draw, given: JsonSchema, field: string): HostileJson {
    const schema = this.#resolved(given);
    const choices = listOf.parse(schema['anyOf'] ?? schema['oneOf']);
    if (choices.length > 0) return this.draw(draw, draw.oneOf(choices), field);
    if (schema['const'] !== undefined) return schema['const'];
    const options = z.array(z.json()).catch([]).parse(schema['enum']);
    if (options.length > 0) return draw.oneOf(options);
    const known = this.#known(field);
    const type = draw.oneOf(
      [z.string().catch('anything').parse(schema['type']), ...texts.parse(schema['type'])].slice(-1),
    );
    if (known !== undefined && known.length > 0 && type !== 'object' && type !== 'array' && draw.percent(90))
      return draw.oneOf(known);
    return this.#ofType(draw, type, schema, field);
  }

  #resolved(schema: JsonSchema): JsonSchema {
    const reference = z.string().optional().catch(undefined).parse(schema['$ref']);
    const name = reference?.split('/').at(-1);
    const found = name === undefined ? undefined : this.#schemas.get(name);
    return found === undefined ? schema : this.#resolved(found);
  }

  #ofType(draw: Draw, type: string, schema: JsonSchema, field: string): HostileJson {
    switch (type) {
      case 'object':
        return this.#object(draw, schema);
      case 'array': {
        const items = schemaOf.catch({}).parse(schema['items']);
        const min = numberOr(0).parse(schema['minItems']);
        const max = Math.min(numberOr(min + 3).parse(schema['maxItems']), min + 3);
        return Array.from({ length: draw.between(min, max) }, () => this.draw(draw, items, field));
      }
      case 'string':
        return text(draw, schema);
      case 'integer':
      case 'number':
        return number(draw, schema);
      case 'boolean':
        return draw.percent(50);
      case 'null':
        return null;
      default:
        return draw.of(
          fc.jsonValue({ depthSize: 'small' }).map((value): HostileJson => JSON.parse(JSON.stringify(value))),
        );
    }
  }

  #object(draw: Draw, schema: JsonSchema): HostileJson {
    const required = new Set(texts.parse(schema['required']));
    const properties = Object.entries(z.record(z.string(), schemaOf).catch({}).parse(schema['properties']));
    return Object.fromEntries(
      properties
        .filter(([name]) => required.has(name) || draw.percent(60))
        .map(([name, each]) => [name, this.draw(draw, each, name)]),
    );
  }
}

function text(draw: Draw, schema: JsonSchema): string {
  const format = z.string().catch('').parse(schema['format']);
  if (format === 'date-time')
    return new Date(Date.now() - (draw.percent(60) ? 0 : draw.between(0, 3_600_000))).toISOString();
  const min = numberOr(0).parse(schema['minLength']);
  const max = Math.min(numberOr(min + 30).parse(schema['maxLength']), min + 30);
  const pattern = z.string().optional().catch(undefined).parse(schema['pattern']);
  if (pattern !== undefined) return draw.of(matching(pattern)).slice(0, Math.max(max, 200));
  return draw
    .of(fc.string({ minLength: min, maxLength: max, unit: 'grapheme' }))
    .slice(0, max)
    .padEnd(min, 'x');
}

function number(draw: Draw, schema: JsonSchema): number {
  const min = numberOr(numberOr(0).parse(schema['exclusiveMinimum'])).parse(schema['minimum']);
  const max = numberOr(2_147_483_647).parse(schema['maximum']);
  // Mostly small, as real amounts are; the bounds themselves now and then.
  if (draw.percent(8)) return draw.oneOf([Math.max(min, -2_147_483_647), max]);
  const low = Math.max(min, max < 0 ? max : 0);
  return draw.between(low, Math.min(max, low + 20_000));
}
