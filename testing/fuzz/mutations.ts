import type { Draw } from './draw.ts';
import { hostileValue } from './hostile-values.ts';
import { type HostileJson, RawText, writeJson } from './json-text.ts';

type Objects = { [name: string]: HostileJson };

const isObject = (value: HostileJson): value is Objects =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RawText);

/** The value with one place of it changed: replaced, left out, added to, said twice, of another type. */
export function mutated(draw: Draw, value: HostileJson): HostileJson {
  if (Array.isArray(value)) return mutatedArray(draw, value);
  if (isObject(value)) return mutatedObject(draw, value);
  return otherThan(draw, value);
}

function otherThan(draw: Draw, value: HostileJson): HostileJson {
  if (draw.percent(70)) return hostileValue(draw);
  if (typeof value === 'number')
    return draw.oneOf<HostileJson>([
      String(value),
      value + 0.5,
      -value,
      value * 1_000_000,
      [value],
      value + 1,
      value - 1,
    ]);
  if (typeof value === 'string')
    return draw.oneOf<HostileJson>([
      `${value}\u0000`,
      `${value} `,
      value.toLowerCase(),
      value.repeat(50),
      [value],
      value.slice(1),
      `${value}\ud800`,
    ]);
  return hostileValue(draw);
}

function mutatedArray(draw: Draw, values: readonly HostileJson[]): HostileJson {
  const at = values.length === 0 ? 0 : draw.between(0, values.length - 1);
  const chosen = values[at];
  switch (draw.between(0, 5)) {
    case 0:
      return [...values, hostileValue(draw)];
    case 1:
      return values.filter((_, index) => index !== at);
    case 2:
      return chosen === undefined ? otherThan(draw, null) : Array.from({ length: draw.between(2, 600) }, () => chosen);
    default:
      return chosen === undefined
        ? [hostileValue(draw)]
        : values.map((each, index) => (index === at ? mutated(draw, each) : each));
  }
}

const strangeNames = [
  '__proto__',
  'constructor',
  'toString',
  '',
  'a\u0000b',
  'editionId ',
  'length',
  'id',
  'state',
  'role',
];

function mutatedObject(draw: Draw, value: Objects): HostileJson {
  const names = Object.keys(value);
  const [first] = names;
  if (first === undefined) return { extra: hostileValue(draw) };
  const name = draw.oneOf(names);
  const chosen = value[name] ?? null;
  switch (draw.between(0, 9)) {
    case 0: {
      const { [name]: _left, ...rest } = value;
      return rest;
    }
    case 1: {
      const entries = Object.entries(value).map(([each, content]) => `${JSON.stringify(each)}:${writeJson(content)}`);
      const strange = `${JSON.stringify(draw.oneOf(strangeNames))}:${writeJson(hostileValue(draw))}`;
      return new RawText(`{${[...entries, strange].join(',')}}`);
    }
    case 2: {
      const entries = Object.entries(value).map(([each, content]) => `${JSON.stringify(each)}:${writeJson(content)}`);
      return new RawText(`{${[...entries, `${JSON.stringify(name)}:${writeJson(hostileValue(draw))}`].join(',')}}`);
    }
    case 3:
      return { ...value, [draw.oneOf(names)]: chosen };
    default:
      return { ...value, [name]: mutated(draw, chosen) };
  }
}
