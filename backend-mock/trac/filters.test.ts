// Goal: the filters of the Trac-compatible API (requirements 5, R134). Method: queries as they come from the address are read and
// turned into SQL conditions; no database.
import { expect, test } from 'vitest';
import { conditionOf, type FilterField, readFilters } from './filters.ts';

const createdAt: FilterField = { sql: 'created_at', kind: 'instant' };
const state: FilterField = { sql: 'state', kind: 'text' };
const amount: FilterField = { sql: 'amount_minor', kind: 'number' };

test('R134: meta.createdAt.gt is read with its value, parameters without points are no filters', () => {
  expect(readFilters({ member_txns: 'true', 'meta.createdAt.gt': '2026-09-01T08:00:00', per_page: '5' })).toEqual({
    outcome: 'read',
    filters: [{ namespace: 'meta', field: 'createdAt', op: 'gt', values: ['2026-09-01T08:00:00'] }],
  });
});

test('a name of an integration may have a hyphen, and a field points', () => {
  expect(readFilters({ 'externalIds.klink-txnNo.eq': '7', 'meta.memberDetails.mis.upn.eq': 'A' })).toMatchObject({
    filters: [
      { namespace: 'externalIds', field: 'klink-txnNo', op: 'eq' },
      { namespace: 'meta', field: 'memberDetails.mis.upn', op: 'eq' },
    ],
  });
});

test('the first filter may not be repeated, others may', () => {
  expect(readFilters({ 'core.type.eq': ['sale', 'cash'] })).toMatchObject({ outcome: 'refused' });
  expect(readFilters({ 'meta.createdAt.ge': '2026-01-01', 'core.type.eq': ['sale', 'cash'] })).toMatchObject({
    filters: [{}, { values: ['sale', 'cash'] }],
  });
});

test.each(['core.state.ne', 'core.state.like', '1core.state.eq', 'core..eq'])('%s is no filter', (name) => {
  expect(readFilters({ [name]: 'x' })).toMatchObject({ outcome: 'refused' });
});

test('texts and booleans take eq alone, instants and numbers every operator', () => {
  const filter = { namespace: 'core', field: 'x', values: ['5'] };
  expect(conditionOf({ ...filter, op: 'lt' }, state, [])).toMatchObject({ outcome: 'refused' });
  for (const [op, sign] of [
    ['eq', '='],
    ['lt', '<'],
    ['le', '<='],
    ['gt', '>'],
    ['ge', '>='],
  ] as const) {
    const values: unknown[] = ['before'];
    expect(conditionOf({ ...filter, op }, amount, values)).toEqual({
      outcome: 'read',
      sql: `(amount_minor ${sign} $2)`,
    });
    expect(values).toEqual(['before', '5']);
  }
});

test('R134, Q42: an instant without a zone is UTC, and gt leaves its own moment out', () => {
  const values: unknown[] = [];
  const filter = { namespace: 'meta', field: 'createdAt', op: 'gt', values: ['2026-09-01T08:00:00'] } as const;
  expect(conditionOf(filter, createdAt, values)).toEqual({ outcome: 'read', sql: '(created_at > $1)' });
  expect(values).toEqual([new Date('2026-09-01T08:00:00Z')]);
});

test('several values of eq are alternatives', () => {
  const filter = { namespace: 'core', field: 'type', op: 'eq', values: ['sale', 'cash'] } as const;
  expect(conditionOf(filter, state, [])).toEqual({ outcome: 'read', sql: '(state = $1 OR state = $2)' });
});

test.each([
  ['instant', '2026-02-30'],
  ['instant', 'yesterday'],
  ['instant', '1969-12-31T23:59:59Z'],
  ['number', '1.5'],
  ['number', "0' OR true"],
] as const)('a value that is no %s is refused: %s', (kind, text) => {
  const filter = { namespace: 'core', field: 'x', op: 'ge', values: [text] } as const;
  expect(conditionOf(filter, { sql: 'x', kind }, [])).toMatchObject({ outcome: 'refused' });
});
