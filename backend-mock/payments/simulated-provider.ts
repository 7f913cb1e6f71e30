import { invariant } from '../ledger/invariant.ts';
import { limits } from '../limits.ts';
import type { Clock } from '../ports.ts';
import type { Connection, Database } from '../store/database.ts';
import type { Charge, PaymentProvider, ProviderWord } from './provider.ts';
import { fateOf, insertSimulatedCharge, readSimulatedCharge, type SimulatedCharge } from './simulated-charge.ts';
import { queueNotices } from './simulated-notices.ts';

/**
 * The payment provider of demonstrations and tests, decided by the amount. It is a party of its own: it has its own durable memory
 * and its own idempotency by key, tells what happened by notices besides its answers, and shares with the backend nothing but the
 * database server.
 */
export function simulatedProvider(database: Database, clock: Clock): PaymentProvider {
  return {
    async charge(charge, signal) {
      const found = await database.transaction(async (connection) => {
        const now = clock.now();
        if (await insertSimulatedCharge(connection, charge, now)) await announce(connection, charge, now);
        return readSimulatedCharge(connection, charge.key, now);
      });
      invariant('INV-63', found !== undefined, 'a charge that was just stored is there');
      const same = found.amountMinor === null || found.amountMinor === charge.amountMinor;
      invariant('INV-63', same, `payment key ${charge.key} was used for another amount`);
      return spoken(found, signal);
    },
    async look(key, signal) {
      const found = await database.transaction((connection) => readSimulatedCharge(connection, key, clock.now()));
      return found === undefined ? undefined : spoken(found, signal);
    },
    async void(key, signal) {
      return spoken(await database.transaction((connection) => giveBack(connection, key, clock.now())), signal);
    },
  };
}

/** By notices the customer's browser or a terminal would be slower than: what became of it, told once more or twice. */
async function announce(connection: Connection, { key, amountMinor }: Charge, now: Date): Promise<void> {
  const fate = fateOf(amountMinor);
  if (fate === 'silent') return;
  const dueAt = fate === 'late' ? new Date(now.getTime() + limits.simulatedLateMs) : now;
  await queueNotices(connection, key, fate === 'twice' ? 2 : 1, dueAt);
}

async function giveBack(connection: Connection, key: string, now: Date): Promise<SimulatedCharge> {
  await connection.query(
    `INSERT INTO simulated_charge (charge_key, status) VALUES ($1, 'voided') ON CONFLICT DO NOTHING`,
    [key],
  );
  const found = await readSimulatedCharge(connection, key, now);
  invariant('INV-63', found !== undefined, 'a void that was just stored is there');
  if (found.status === 'declined' || isSilent(found)) return found;
  await connection.query(`UPDATE simulated_charge SET status = 'voided' WHERE charge_key = $1`, [key]);
  return { ...found, status: 'voided' };
}

const isSilent = ({ amountMinor }: SimulatedCharge): boolean =>
  amountMinor !== null && fateOf(amountMinor) === 'silent';

async function spoken(charge: SimulatedCharge, signal: AbortSignal): Promise<ProviderWord> {
  if (isSilent(charge)) return untilAborted(signal);
  const { status, reference, amountMinor, currency } = charge;
  if (status !== 'approved') return { status, reference };
  const complete = reference !== null && amountMinor !== null && currency !== null;
  invariant('INV-63', complete, 'what was approved says how much was taken');
  return { status, reference, amountMinor, currency };
}

/** No answer for ever, as far as whoever asks has patience. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const give = () => reject(new Error('the provider gave no answer'));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}
