import { z } from 'zod';
import { transitionKind } from '../../backend-mock/ingest/decide.ts';
import { isLegalTransition, type TransitionKind } from '../../backend-mock/ingest/transitions.ts';
import { stateCauses } from '../../contract/wire/outcomes.ts';
import { backendStateSchema, paymentMethodSchema, transactionTypeSchema } from '../../contract/wire/words.ts';
import type { World } from './world.ts';
import type { WorldTill } from './world-till.ts';

const stepSchema = z.object({
  id: z.int(),
  origin: z.enum(['terminal', 'online', 'auto', 'admin', 'gateway']),
  type: transactionTypeSchema,
  method: paymentMethodSchema,
  refund: z.boolean(),
  from: backendStateSchema.nullable(),
  to: backendStateSchema,
  cause: z.enum(stateCauses),
});
type Step = z.infer<typeof stepSchema>;

function kindOf({ origin, type, method: paymentMethod, refund }: Step): TransitionKind | undefined {
  switch (origin) {
    case 'terminal':
      return transitionKind({ type, paymentMethod });
    case 'online':
      return 'online-top-up';
    case 'auto':
      return 'auto-top-up';
    case 'gateway':
      return 'gateway-refund';
    case 'admin':
      return refund ? 'manual-refund' : 'admin-booking';
  }
}

/** Every change of state that is not in the literal table; a till that only says more of the same changes nothing. */
export async function checkTransitions(world: World): Promise<{ findings: string[]; steps: number }> {
  const found = await world.database.pool.query(
    `SELECT s.backend_transaction_id AS id, t.origin, t.type, t.payment_method AS method, s.from_state AS "from", s.to_state AS "to", s.cause,
            EXISTS (SELECT FROM refund r WHERE r.edition_id = t.edition_id AND r.backend_transaction_id = t.backend_transaction_id) AS refund
       FROM transaction_state s JOIN transactions t USING (edition_id, backend_transaction_id)`,
  );
  const steps = stepSchema.array().parse(found.rows);
  const findings = steps.flatMap((step) => {
    const { id, from, to, cause } = step;
    if (from === to) return cause === 'TR' ? [] : [`transaction ${id}: ${cause} repeats ${to}`];
    const kind = kindOf(step);
    const legal = kind !== undefined && isLegalTransition(kind, from ?? '[*]', to, cause);
    return legal ? [] : [`transaction ${id}, ${kind}: ${from} → ${to} by ${cause} is not in the table`];
  });
  return { findings, steps: steps.length };
}

const entrySchema = z.object({ seq: z.int(), hash: z.string(), outcome: z.string(), code: z.string().nullable() });

/** Every entry of a till that was acknowledged is there once, as it was sent, with the word that its till was given. */
export async function checkJournal(world: World, till: WorldTill): Promise<string[]> {
  const found = await world.database.pool.query(
    `SELECT seq, hash, outcome, error_code AS code FROM journal_entry WHERE edition_id = $1 AND assignment_id = $2 ORDER BY seq`,
    [till.editionId, till.assignmentId],
  );
  const stored = entrySchema.array().parse(found.rows);
  const findings: string[] = [];
  if (stored.length < till.acknowledged)
    findings.push(`${till.name}: ${till.acknowledged - stored.length} entries are lost`);
  for (const [index, entry] of stored.entries()) {
    const sent = till.journal.entries[index];
    const word = till.words.get(entry.seq);
    if (sent === undefined || entry.seq !== index + 1 || entry.hash !== sent.hash)
      findings.push(`${till.name}: entry ${entry.seq} is not what was sent`);
    const agrees =
      word === undefined || (word.outcome === 'heard' ? entry.outcome !== 'rejected' : entry.outcome === word.outcome);
    if (!agrees)
      findings.push(`${till.name}: entry ${entry.seq} is ${entry.outcome}, its till was told ${word?.outcome}`);
  }
  return findings;
}

/** A key stands for one deed: as many transactions of the backend's own as deeds that were answered, none of them twice. */
export async function checkDeeds(world: World): Promise<string[]> {
  const idSchema = z.object({ backendTransactionId: z.int().optional() });
  const ids = [...world.deedsByKey.values()].flatMap(
    (text) => idSchema.parse(JSON.parse(text)).backendTransactionId ?? [],
  );
  const findings = ids.length === new Set(ids).size ? [] : ['two keys were answered with one transaction'];
  const found = await world.database.pool.query(
    `SELECT backend_transaction_id AS id FROM transactions
      WHERE origin IN ('online', 'gateway') OR (origin = 'admin' AND payload::jsonb ?| array['adminTopUp', 'chargeback', 'writeOff', 'refund'])`,
  );
  const answered = new Set(ids);
  for (const { id } of z.object({ id: z.int() }).array().parse(found.rows))
    if (!answered.has(id)) findings.push(`transaction ${id} was made for nobody's key`);
  return findings;
}
