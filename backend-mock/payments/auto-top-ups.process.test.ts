// Goal: a customer's low balance rule pays by the card on file, once, within the day's limit, and not again at once after a decline
// (R14; requirements.md 3.4, "Auto top-up").
// Method: a backend on one real PostgreSQL with a clock of the test's own, whose jobs the test runs round by round.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AutoTopUpRuleRequest, autoTopUpRuleSchema } from '../../contract/wire/outside-top-up.ts';
import { type Customer, OutsideDesk } from '../../testing/backend/outside-desk.ts';
import { limits } from '../limits.ts';

let desk: OutsideDesk;
beforeAll(async () => {
  desk = await OutsideDesk.start();
});
afterAll(() => desk.close());
beforeEach(() => desk.clear());

describe('auto top-up', () => {
  async function rule(customer: Customer, changes: Partial<AutoTopUpRuleRequest> = {}) {
    const wish = { thresholdMinor: 20_00, amountMinor: 30_00, limitPerDayMinor: 60_00, active: true };
    const body = { editionId: customer.till.editionId, ...wish, cardToken: 'card-1234', ...changes };
    const init = { method: 'PUT', body: JSON.stringify(body) };
    const response = await (await desk.operator()).request(`/customers/${customer.customerId}/auto-top-up`, init);
    return autoTopUpRuleSchema.parse(await response.json());
  }

  async function topUpsOf({ customerId }: Customer): Promise<string[]> {
    const found = await desk.database.pool.query<{ state: string; amount_minor: number }>(
      `SELECT state, amount_minor FROM transactions WHERE customer_id = $1 AND origin = 'auto' ORDER BY backend_transaction_id`,
      [customerId],
    );
    return found.rows.map((row) => `${row.state} ${row.amount_minor}`);
  }

  async function spend(customer: Customer, amountMinor: number): Promise<void> {
    await desk.database.pool.query(
      `WITH paid AS (UPDATE account SET balance_minor = balance_minor - $2 WHERE customer_id = $1)
       UPDATE account SET balance_minor = balance_minor + $2 WHERE name = 'merchant:bar' AND edition_id = $3`,
      [customer.customerId, amountMinor, customer.till.editionId],
    );
  }

  test('R14, 3.4: below the threshold the card on file pays, once, and the money goes to the tag', async () => {
    const customer = await desk.customer();
    expect(await rule(customer)).toMatchObject({ hasCard: true, active: true });
    expect(await desk.openAuto()).toBe(1);
    expect(await desk.openAuto()).toBe(0);
    await desk.checkAfter(0);
    expect(await topUpsOf(customer)).toEqual(['Committed 3000']);
    expect(await desk.tagOf(customer)).toEqual({ balanceMinor: 35_00, pending: [25_00] });
    expect(await desk.openAuto()).toBe(0);
  });

  test('two processes at once open one', async () => {
    const customer = await desk.customer();
    await rule(customer);
    await Promise.all([desk.openAuto(), desk.openAuto(), desk.openAuto()]);
    expect(await topUpsOf(customer)).toEqual(['Open 3000']);
  });

  test('3.4: beyond the day’s limit one ends Aborted, and the next day it pays again', async () => {
    const customer = await desk.customer();
    await rule(customer);
    for (let round = 0; round < 2; round += 1) {
      await desk.openAuto();
      await desk.checkAfter(0);
      await spend(customer, 25_00);
    }
    for (let round = 0; round < 3; round += 1) await desk.openAuto();
    expect(await topUpsOf(customer)).toEqual(['Committed 3000', 'Committed 3000', 'Aborted 3000']);
    desk.pass(24 * 60 * 60 * 1000);
    await desk.openAuto();
    await desk.checkAfter(0);
    expect((await topUpsOf(customer)).at(-1)).toBe('Committed 3000');
  });

  test('3.4: without a card one ends Aborted; a new card pays at once', async () => {
    const customer = await desk.customer();
    await rule(customer, { cardToken: null });
    for (let round = 0; round < 3; round += 1) await desk.openAuto();
    expect(await topUpsOf(customer)).toEqual(['Aborted 3000']);
    await rule(customer, { cardToken: 'card-5678' });
    await desk.openAuto();
    expect(await topUpsOf(customer)).toEqual(['Aborted 3000', 'Open 3000']);
  });

  test('a declined card is not tried again at once', async () => {
    const customer = await desk.customer();
    await rule(customer, { amountMinor: 30_01, limitPerDayMinor: 100_00 });
    await desk.openAuto();
    await desk.checkAfter(0);
    await desk.openAuto();
    expect(await topUpsOf(customer)).toEqual(['Aborted 3001']);
    desk.pass(limits.autoTopUpPauseMs);
    await desk.openAuto();
    expect(await topUpsOf(customer)).toEqual(['Aborted 3001', 'Open 3001']);
  });

  test('a rule that is not active does nothing, and a change of it keeps the card', async () => {
    const customer = await desk.customer();
    await rule(customer);
    expect(await rule(customer, { cardToken: undefined, active: false })).toMatchObject({
      active: false,
      hasCard: true,
    });
    expect(await desk.openAuto()).toBe(0);
  });
});
