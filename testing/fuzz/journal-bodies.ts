import { z } from 'zod';
import type { JournalEntry } from '../../contract/wire/journal.ts';
import { shiftPayloadSchema, tagEventPayloadSchema, tagSnapshotPayloadSchema } from '../../contract/wire/journal.ts';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import { chainedHash } from '../backend/journal.ts';
import { chargeback, purchase, refund, refundReversal, tagAdjustment, topUp } from '../backend/payloads.ts';
import type { Draw } from './draw.ts';
import type { FuzzTill, FuzzWorld } from './fuzz-world.ts';
import { type HostileJson, writeJson } from './json-text.ts';
import { mutated } from './mutations.ts';
import type { JsonSchema } from './routes.ts';
import type { SchemaValues } from './schema-values.ts';

const schemaOf = (schema: z.ZodType): JsonSchema =>
  z
    .record(z.string(), z.json())
    .parse(JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))));

/** What the contract says of the payloads; the wire carries them as whatever JSON. */
const payloadSchemas: readonly (readonly [kind: string, schema: JsonSchema])[] = [
  ['transaction', schemaOf(transactionPayloadSchema)],
  ['tagSnapshot', schemaOf(tagSnapshotPayloadSchema)],
  ['tagSnapshot', schemaOf(tagSnapshotPayloadSchema)],
  ['tagEvent', schemaOf(tagEventPayloadSchema)],
  ['shift', schemaOf(shiftPayloadSchema)],
];

/** Journal entries whose chain holds, so that what is wrong with a payload is met where payloads are read. */
export function drawEntries(draw: Draw, world: FuzzWorld, values: SchemaValues, till: FuzzTill): JournalEntry[] {
  const entries: JournalEntry[] = [];
  let { seq, hash } = till.seal;
  for (let left = draw.between(1, 4); left > 0; left -= 1) {
    const [kind, content] = drawContent(draw, world, values, till);
    const payload = plain(draw.percent(35) ? mutated(draw, content) : content);
    seq += 1;
    const entry = { seq, kind, at: new Date().toISOString(), payload };
    hash = chainedHash(hash, entry);
    entries.push({ ...entry, hash });
  }
  return entries;
}

/** As the backend will read it; what is no JSON at all is another attack's. */
function plain(value: HostileJson): JournalEntry['payload'] {
  try {
    return z.json().parse(JSON.parse(writeJson(value)));
  } catch {
    return null;
  }
}

function drawContent(
  draw: Draw,
  world: FuzzWorld,
  values: SchemaValues,
  till: FuzzTill,
): readonly [kind: string, content: HostileJson] {
  if (draw.percent(60)) return ['transaction', plain(JSON.parse(JSON.stringify(drawHonest(draw, world, till))))];
  const [kind, schema] = draw.oneOf(payloadSchemas);
  return [draw.percent(5) ? 'somethingNew' : kind, values.draw(draw, schema, kind)];
}

/** A transaction as a till would send it, or send again in another state. */
function drawHonest(draw: Draw, world: FuzzWorld, till: FuzzTill): unknown {
  const repeats = till.nextNumber > 1 && draw.percent(25);
  const number = repeats ? draw.between(1, till.nextNumber - 1) : till.nextNumber++;
  const uid = z.string().parse(draw.oneOf(world.known(till.client.editionId, 'uid') ?? []));
  const currency = till.client.editionId === 1 ? 'CHF' : 'GBP';
  const plan = { number, uid, currency, before: draw.between(0, 50_00), tagNumber: draw.between(1, 9) };
  const state = draw.oneOf(['Committed', 'Committed', 'Committed', 'TerminalConfirmUnknown', 'Aborted'] as const);
  const changes = { state, stateVersion: draw.between(1, 5) };
  const amount = draw.between(1, 60_00);
  const reference = { assignmentId: till.client.assignmentId, terminalTransactionNumber: draw.between(1, number) };
  switch (draw.between(0, 7)) {
    case 0:
      return refund(plan, amount, draw.oneOf([0, 50]), changes);
    case 1:
      return chargeback(plan, amount, reference, 1, changes);
    case 2:
      return refundReversal(plan, amount, reference, changes);
    case 3:
      return tagAdjustment(plan, amount, draw.between(1, 3), changes);
    case 4:
    case 5:
      return purchase(plan, amount, changes);
    default:
      return topUp(plan, amount + 5_00, draw.oneOf([0, 5_00]), changes);
  }
}
