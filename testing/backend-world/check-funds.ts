import { z } from 'zod';
import { customerDetailSchema } from '../../contract/wire/admin-customers.ts';
import type { World } from './world.ts';
import type { WorldOperator } from './world-operator.ts';

const fundsSchema = z.object({ booked: z.int(), held: z.int() });

/** What an operator is told of a customer's money is what the postings and the holds come to (R39, R40; 3.3, "Balance"). */
export async function checkFunds(world: World, operator: WorldOperator): Promise<string[]> {
  const findings: string[] = [];
  for (const [editionId, tags] of [world.festivalTags, world.canteenTags].entries())
    for (const { uid } of tags) {
      const reply = await operator.ask(`/v1/admin/customers?editionId=${editionId + 1}&uid=${uid}`);
      if (reply.status === 404) continue;
      const told = customerDetailSchema.parse(JSON.parse(reply.text));
      const found = await world.database.pool.query(
        `SELECT (SELECT coalesce(sum(CASE WHEN b.debit_account_id = a.account_id THEN b.amount_minor ELSE -b.amount_minor END), 0)
                   FROM account a JOIN posting b ON b.edition_id = a.edition_id AND a.account_id IN (b.debit_account_id, b.credit_account_id)
                  WHERE a.edition_id = $1 AND a.customer_id = $2) AS booked,
                (SELECT coalesce(-sum(t.balance_delta_minor), 0) FROM transactions t
                  WHERE t.edition_id = $1 AND t.customer_id = $2 AND t.state IN ('ReservePending', 'Reserve')) AS held`,
        [editionId + 1, told.customerId],
      );
      const { booked, held } = fundsSchema.parse(found.rows[0]);
      const agrees = told.balanceMinor === booked && told.heldMinor === held && told.availableMinor === booked - held;
      if (!agrees) findings.push(`${uid}: told ${JSON.stringify(told)}, and it is ${booked} less ${held}`);
    }
  return findings;
}
