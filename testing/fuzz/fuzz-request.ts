import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { operatorRoles } from '../../contract/wire/operators.ts';
import { noticeSignatureHeader } from '../../contract/wire/outside-top-up.ts';
import { purchase } from '../backend/payloads.ts';
import type { Draw } from './draw.ts';
import type { FuzzTill, FuzzWorld } from './fuzz-world.ts';
import { drawFilter, placeSchema, soundBody } from './integrations.ts';
import { drawEntries } from './journal-bodies.ts';
import { type HostileJson, writeJson } from './json-text.ts';
import type { Newcomer } from './newcomers.ts';
import { encoded } from './percent-encoding.ts';
import type { FuzzRoute, JsonSchema, Parameter } from './routes.ts';
import { type Known, SchemaValues } from './schema-values.ts';

/** Who a request says it comes from. */
export type Caller = 'till' | 'operator' | 'integration' | 'app' | 'stranger' | 'nobody';

/** A request before it is bytes. */
export type FuzzRequest = {
  route: FuzzRoute;
  caller: Caller;
  method: string;
  /** Path parameters as they stand in the path, encoded. */
  path: Map<string, string>;
  query: [name: string, value: string][];
  headers: [name: string, value: string][];
  json: HostileJson | undefined;
  /** The till whose journal is sent. */
  till: FuzzTill;
  /** What most of its fields speak of. */
  editionId: number;
};

const rightful: Record<FuzzRoute['opensTo'], Caller> = {
  till: 'till',
  operator: 'operator',
  integration: 'integration',
  app: 'app',
  others: 'stranger',
  anybody: 'nobody',
};

/** A request that the route may well grant: everything in it is there, and of the right kind. */
export function drawRequest(
  draw: Draw,
  world: FuzzWorld,
  schemas: ReadonlyMap<string, JsonSchema>,
  route: FuzzRoute,
): FuzzRequest {
  const till = draw.oneOf(world.tills);
  const editionId = route.opensTo === 'till' ? till.client.editionId : draw.oneOf([1, 2, ...world.editions]);
  const newcomers = world.newcomersOf(editionId);
  const focus =
    newcomers.length > 0 && draw.percent(60) ? factsOf(draw, draw.oneOf(newcomers)) : new Map<string, HostileJson>();
  const known: Known = (field) => {
    const own = focus.get(field);
    return own === undefined || draw.percent(15) ? world.known(editionId, field) : [own];
  };
  const values = new SchemaValues(schemas, known);
  const caller = draw.percent(82)
    ? rightful[route.opensTo]
    : draw.oneOf(['till', 'operator', 'integration', 'app', 'stranger', 'nobody'] as const);
  const request: FuzzRequest = {
    route,
    caller,
    method: route.method,
    path: new Map(),
    query: [],
    headers: credentials(draw, world, till, caller),
    json: route.body === undefined ? undefined : values.draw(draw, route.body, 'body'),
    till,
    editionId,
  };
  for (const parameter of route.parameters) fillIn(draw, known, values, request, parameter);
  fitJournal(draw, world, values, request);
  fitPlace(draw, world, request);
  return request;
}

/** What belongs together: a request that speaks of one customer throughout comes further than one that mixes them. */
function factsOf(draw: Draw, { uid, customerId, topUps }: Newcomer): ReadonlyMap<string, HostileJson> {
  const topUp = draw.oneOf(topUps);
  return new Map<string, HostileJson>([
    ['uid', uid],
    ['customerId', customerId],
    ['in customers', customerId],
    ['in online-top-ups', topUp],
    ['transactionId', topUp],
  ]);
}

function credentials(draw: Draw, world: FuzzWorld, till: FuzzTill, caller: Caller): FuzzRequest['headers'] {
  switch (caller) {
    case 'till':
      return [['Authorization', `Bearer ${till.client.token}`]];
    case 'operator': {
      const role = draw.percent(75) ? 'admin' : draw.oneOf(operatorRoles);
      return [['Cookie', world.sessionOf(role).cookie]];
    }
    case 'integration':
      return [['Authorization', `token ${world.integration.client.token}`]];
    case 'app':
      return [['Authorization', `Bearer ${world.integration.jwt}`]];
    case 'stranger':
      return [
        [
          'Authorization',
          draw.oneOf([`Bearer ${'A'.repeat(43)}`, 'Basic YTpi', 'Bearer', 'token x', `Bearer ${'\u00e9'.repeat(50)}`]),
        ],
        [
          'Cookie',
          draw.oneOf([
            'klink-session=forged',
            'klink-session=',
            'klink-session',
            '=;;=',
            `klink-session=${'%'.repeat(20)}`,
          ]),
        ],
      ];
    case 'nobody':
      return [];
  }
}

function fillIn(draw: Draw, known: Known, values: SchemaValues, request: FuzzRequest, parameter: Parameter): void {
  const { name, in: place, required, schema } = parameter;
  if (!required && place !== 'path' && draw.percent(40)) return;
  switch (place) {
    case 'path':
      request.path.set(name, encoded(drawSegment(draw, known, values, request, parameter)));
      return;
    case 'query':
      request.query.push([name, textOf(values.draw(draw, schema, name))]);
      return;
    case 'header': {
      const isKey = name === 'idempotency-key' && draw.percent(80);
      if (name === noticeSignatureHeader) return;
      request.headers.push([
        name,
        isKey ? `fuzz-${randomBytes(8).toString('hex')}` : headerText(textOf(values.draw(draw, schema, name))),
      ]);
      return;
    }
    case 'cookie':
      return;
  }
}

/** What stands in a path belongs to what stands before it: `/assignments/{id}` is an assignment's number. */
function drawSegment(
  draw: Draw,
  known: Known,
  values: SchemaValues,
  request: FuzzRequest,
  { name, schema }: Parameter,
): string {
  const segments = request.route.path.split('/');
  const collection = segments[segments.indexOf(`{${name}}`) - 1] ?? '';
  if (collection === 'assignments' && request.caller === 'till' && draw.percent(90))
    return String(request.till.client.assignmentId);
  const names = known(`in ${collection}`) ?? known(name);
  return names !== undefined && names.length > 0 && draw.percent(92)
    ? textOf(draw.oneOf(names))
    : textOf(values.draw(draw, schema, name));
}

const textOf = (value: HostileJson): string => (typeof value === 'string' ? value : writeJson(value));
export const headerText = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?');

/** A path of the Trac-compatible API mostly leads to something that is there; and its lists take filters. */
function fitPlace(draw: Draw, world: FuzzWorld, request: FuzzRequest): void {
  const { opensTo, method, path } = request.route;
  if (opensTo === 'app' && draw.percent(80))
    request.path.set('installationId', String(world.integration.installationId));
  if (path.startsWith('/v1/admin/installations/{') && draw.percent(80))
    request.path.set('id', String(world.integration.installationId));
  if (path.includes('/credit-purses/{purseId}/') && world.creditPurses.length > 0 && draw.percent(80)) {
    const { member, purse } = draw.oneOf(world.creditPurses);
    request.path.set('memberId', encodeURIComponent(member));
    request.path.set('purseId', encodeURIComponent(purse));
  }
  if (opensTo !== 'integration') return;
  if (draw.percent(90)) request.path.set('org', String(world.integration.client.organisation));
  if (method === 'GET' && draw.percent(30)) request.query.push(drawFilter((values) => draw.oneOf(values)));
  const [place] = world.places.length === 0 ? [] : [draw.oneOf(world.places)];
  if (place === undefined || draw.percent(10)) return;
  for (const name of placeSchema.options)
    if (request.path.has(name)) request.path.set(name, encodeURIComponent(place[name]));
  const sound = draw.percent(50) ? soundBody(request.route, (values) => draw.oneOf(values)) : undefined;
  if (sound === undefined) return;
  request.json = sound.json;
  if (sound.purse !== undefined) request.path.set('purse', sound.purse);
}

/** What is to be held and what the tag says have to agree. */
function drawReservation(draw: Draw, world: FuzzWorld, { editionId }: FuzzRequest): HostileJson {
  const uid = z.string().parse(draw.oneOf(world.known(editionId, 'uid') ?? []));
  const plan = { number: 1, uid, before: 50_00, tagNumber: draw.between(1, 9) };
  const { type, amountMinor, balanceDeltaMinor, tag } = purchase(plan, draw.between(1, 40_00));
  return z.json().parse({ type, amountMinor, balanceDeltaMinor, tag });
}

/** Journals are chained: entries are made to follow what the backend has of this till. */
function fitJournal(draw: Draw, world: FuzzWorld, values: SchemaValues, request: FuzzRequest): void {
  const { route, till } = request;
  if (route.path.endsWith('/reservation')) request.json = drawReservation(draw, world, request);
  if (!route.path.endsWith('/batches/{batchId}') && !route.path.endsWith('/journal-imports')) return;
  const entries = drawEntries(draw, world, values, till);
  const plain = z.array(z.json()).parse(entries);
  if (route.path.endsWith('/journal-imports')) {
    request.json = { entries: plain };
    request.path.set('id', String(till.client.assignmentId));
    return;
  }
  request.json = { protocol: 1, journalId: till.client.journal.journalId, entries: plain };
  request.path.set('batchId', `${entries[0]?.seq ?? 1}-${entries.at(-1)?.seq ?? 1}`);
}

/** The provider's notices are signed over their bytes, whatever those are; some of them wrongly. */
export function signature(draw: Draw, world: FuzzWorld, body: Buffer): [name: string, value: string] {
  const right = createHmac('sha256', world.noticeSecret).update(body).digest('hex');
  return [
    noticeSignatureHeader,
    draw.percent(88) ? right : draw.oneOf(['', 'x', right.toUpperCase(), '0'.repeat(64), right.slice(1)]),
  ];
}
