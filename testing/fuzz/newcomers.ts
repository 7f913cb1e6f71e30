import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { OperatorClient } from '../backend/operator-client.ts';
import { type Plan, purchase, type SentTransaction, topUp } from '../backend/payloads.ts';
import { enrolTill } from '../backend/till-client.ts';

/** Somebody with a tag and money, of whom nothing hostile has been said yet. */
export type Newcomer = {
  uid: string;
  customerId: number;
  /** Online: one that is paid, and one that was given up. */
  topUps: readonly number[];
  /** Of somebody who came along and owes. */
  debtorUid: string;
};

type SoundEdition = { editionId: number; code: string; currency: string };
export const soundEditions: readonly SoundEdition[] = [
  { editionId: 1, code: 'DEMO-FEST', currency: 'CHF' },
  { editionId: 2, code: 'DEMO-CANTEEN', currency: 'GBP' },
];

const newUid = () => `04${randomBytes(6).toString('hex').toUpperCase()}`;

function purchaseOf(code: string, plan: Plan): SentTransaction {
  const sale = purchase(plan, 60_00);
  if (code === 'DEMO-FEST') return sale;
  const items = sale.items.map((item) => ({ ...item, debit: 'merchant:canteen' }));
  return { ...sale, items, merchantId: 'canteen' };
}

/** An honest till meets somebody new, who also pays online and has not had back the cash of a top-up; and the edition's rules, which fuzzing changes, are sound again. */
export async function welcome(
  operator: OperatorClient,
  { editionId, code, currency }: SoundEdition,
): Promise<Newcomer> {
  const none = { fixedMinor: 0, rateBasisPoints: 0 };
  const change = {
    limits: { maximumBalanceMinor: 500_00, maximumTopUpMinor: 300_00, maximumPurchaseMinor: 300_00 },
    fees: { topUp: none, refund: none },
    // Where the tills manage the credits, an integration that is let in makes no purse.
    creditMode: 'TRAC',
  };
  const path = `/editions/${editionId}`;
  const changed = await operator.request(path, { method: 'PATCH', body: JSON.stringify(change) });
  if (changed.status !== 200) throw new Error(`${path} answered ${changed.status}`);
  const [uid, debtorUid] = [newUid(), newUid()];
  const till = await enrolTill(operator.address, code);
  till.journal.append('transaction', topUp({ number: 1, uid, currency }, 200_00, 0));
  till.journal.append(
    'transaction',
    topUp({ number: 2, uid, currency, before: 200_00 }, 20_00, 0, { state: 'Aborted' }),
  );
  till.journal.append('transaction', topUp({ number: 3, uid: debtorUid, currency }, 10_00, 0));
  // It has less than it spends: as a copied tag would.
  till.journal.append(
    'transaction',
    purchaseOf(code, { number: 4, uid: debtorUid, currency, before: 10_00, tagNumber: 4 }),
  );
  const { answer } = await till.send();
  if (answer?.results.every(({ outcome }) => outcome === 'accepted') !== true)
    throw new Error('an honest till is heard');
  const found = await operator.request(`/customers?editionId=${editionId}&uid=${uid}`);
  const { customerId } = z.object({ customerId: z.int() }).parse(await found.json());
  const payments = `${operator.address}/v1/customers/${customerId}/online-top-ups`;
  const headers = { Cookie: operator.cookie, 'Content-Type': 'application/json' };
  const topUps: number[] = [];
  for (const amountMinor of [60_00, 30_00]) {
    const opened = await fetch(payments, {
      method: 'POST',
      headers: { ...headers, 'Idempotency-Key': `newcomer-${uid}-${amountMinor}` },
      body: JSON.stringify({ editionId, amountMinor }),
    });
    topUps.push(z.object({ backendTransactionId: z.int() }).parse(await opened.json()).backendTransactionId);
  }
  // The second is given up again, unless the job was quicker.
  const given = await fetch(`${payments}/${topUps[1]}?editionId=${editionId}`, {
    method: 'DELETE',
    headers: { Cookie: operator.cookie },
  });
  if (given.status !== 200 && given.status !== 400) throw new Error(`giving up was answered ${given.status}`);
  return { uid, customerId, topUps, debtorUid };
}
