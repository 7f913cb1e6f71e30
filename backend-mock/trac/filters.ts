import { instantOf } from './instant.ts';

/** What the filters of a list may compare by. */
export const filterOps = ['eq', 'lt', 'le', 'gt', 'ge'] as const;
export type FilterOp = (typeof filterOps)[number];

/** `core.state.eq=processed` as it was asked for; several values where a filter that is not the first stood there more than once. */
export type Filter = { namespace: string; field: string; op: FilterOp; values: readonly string[] };

export type FilterReading = { outcome: 'read'; filters: readonly Filter[] } | { outcome: 'refused'; detail: string };

const shape = /^(?<namespace>[A-Za-z][\w-]*)\.(?<field>.+)\.(?<op>[a-z]{2})$/;

/**
 * The filters among the parameters of a query, in the order of the query (requirements 5: `ns.field.op=value`). The first one is the
 * primary filter and may not be repeated. Parameters without two points are none of them.
 */
export function readFilters(query: Readonly<Record<string, unknown>>): FilterReading {
  const filters: Filter[] = [];
  for (const [name, given] of Object.entries(query)) {
    if (!/\..*\./.test(name)) continue;
    const groups = shape.exec(name)?.groups;
    const op = filterOps.find((known) => known === groups?.['op']);
    const { namespace, field } = groups ?? {};
    if (op === undefined || namespace === undefined || field === undefined)
      return { outcome: 'refused', detail: `${name} is no filter: namespace.field.op, op is ${filterOps.join(', ')}.` };
    const values = [given].flat().filter((value) => typeof value === 'string');
    if (filters.length === 0 && values.length > 1)
      return { outcome: 'refused', detail: `${name} is the first filter and stands there more than once.` };
    filters.push({ namespace, field, op, values });
  }
  return { outcome: 'read', filters };
}

/** What a field holds decides which operators it takes: texts and booleans only `eq` (requirements 5). */
export type FilterField = { sql: string; kind: 'text' | 'instant' | 'number' };

/** SQL that a filter becomes: `$n` of the values appended to those before. */
export type Condition = { outcome: 'read'; sql: string } | { outcome: 'refused'; detail: string };

const signs: Record<FilterOp, string> = { eq: '=', lt: '<', le: '<=', gt: '>', ge: '>=' };

/**
 * A condition for one filter on a field; appends what it compares with to `values`. A filter with several values holds where one of
 * them equals, and for the other operators where all of them hold.
 */
export function conditionOf(filter: Filter, field: FilterField, values: unknown[]): Condition {
  const { op } = filter;
  const name = `${filter.namespace}.${filter.field}.${op}`;
  if (field.kind === 'text' && op !== 'eq')
    return { outcome: 'refused', detail: `${name}: texts and booleans take eq.` };
  const parts: string[] = [];
  for (const text of filter.values) {
    const value = comparable(field.kind, text);
    if (value === undefined) return { outcome: 'refused', detail: `${name}: the value is not one of this field.` };
    values.push(value);
    parts.push(`${field.sql} ${signs[op]} $${values.length}`);
  }
  return { outcome: 'read', sql: `(${parts.join(op === 'eq' ? ' OR ' : ' AND ')})` };
}

function comparable(kind: FilterField['kind'], text: string): string | Date | undefined {
  switch (kind) {
    case 'text':
      return text;
    case 'instant':
      return instantOf(text);
    case 'number':
      return /^-?\d{1,15}$/.test(text) ? text : undefined;
  }
}
