import { ProblemError, problem } from '../http/problems.ts';
import type { Connection } from '../store/database.ts';
import { conditionOf, type Filter, type FilterField, readFilters } from './filters.ts';
import { lastKeyOf, readStartKey } from './paging.ts';

/** A list of the API: rows in the order in which they were made. */
export type Listing = {
  /** A SELECT without ORDER BY whose columns are `"createdAt"`, `"pageKey"` and whatever else a row is. */
  select: string;
  /** What `select` compares with: `$1` and on. */
  values: unknown[];
  /** What a filter compares; `undefined` where this list does not know the field. It may append to `values`. */
  fieldOf(filter: Filter, values: unknown[]): FilterField | undefined;
  keyKind: 'number' | 'text';
};

export type PageRequest = { per_page: number; start_key?: string | undefined; [name: string]: unknown };

export type Page<Row> = { rows: Row[]; lastKey: string | undefined };

const refuse = (detail: string) => new ProblemError(problem('BAD_REQUEST', detail));

/**
 * One page of a list (requirements 5: `per_page`, `start_key`, `lastKey`). Throws BAD_REQUEST for a filter that the list does not know
 * and a `start_key` that was never a `lastKey`: to pass over either would give out more than was asked for.
 */
export async function readPage<Row extends { createdAt: Date; pageKey: string | number }>(
  queries: Pick<Connection, 'query'>,
  listing: Listing,
  query: PageRequest,
): Promise<Page<Row>> {
  const reading = readFilters(query);
  if (reading.outcome === 'refused') throw refuse(reading.detail);
  const values = [...listing.values];
  const conditions: string[] = [];
  for (const filter of reading.filters) {
    const field = listing.fieldOf(filter, values);
    if (field === undefined) throw refuse(`This list has no field ${filter.namespace}.${filter.field}.`);
    const condition = conditionOf(filter, field, values);
    if (condition.outcome === 'refused') throw refuse(condition.detail);
    conditions.push(condition.sql);
  }
  if (query.start_key !== undefined) {
    const start = readStartKey(query.start_key);
    if (start === undefined || (listing.keyKind === 'number' && !/^\d{1,15}$/.test(start.key)))
      throw refuse('start_key is the lastKey of the page before.');
    values.push(start.createdAt, start.key);
    conditions.push(`("createdAt", "pageKey") > ($${values.length - 1}, $${values.length})`);
  }
  values.push(query.per_page + 1);
  const found = await queries.query<Row>(
    `SELECT * FROM (${listing.select}) AS listed ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
      ORDER BY "createdAt", "pageKey" LIMIT $${values.length}`,
    values,
  );
  const rows = found.rows.slice(0, query.per_page);
  const last = found.rows.length > query.per_page ? rows.at(-1) : undefined;
  return {
    rows,
    lastKey: last === undefined ? undefined : lastKeyOf({ createdAt: last.createdAt, key: String(last.pageKey) }),
  };
}

/** A field that integrations keep themselves: a text inside the content, `eq` alone. */
export function contentField({ namespace, field }: Filter, values: unknown[]): FilterField {
  // Names in these two may have points of their own.
  const isFlat = namespace === 'externalIds' || namespace === 'tags';
  const path = namespace === 'core' ? field.split('.') : [namespace, ...(isFlat ? [field] : field.split('.'))];
  values.push(path);
  return { sql: `(content #>> $${values.length}::text[])`, kind: 'text' };
}
