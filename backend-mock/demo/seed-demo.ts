import { createMerchant, createProduct } from '../configuration/catalogue.ts';
import { createEdition } from '../configuration/editions.ts';
import type { Random } from '../ports.ts';
import type { Connection } from '../store/database.ts';
import { demoEditions } from './demo-editions.ts';

/** Makes the demo editions that the database does not have yet; a running demo keeps its books. */
export async function seedDemo(connection: Connection, random: Random, now: Date): Promise<void> {
  for (const { plan, merchants, products } of demoEditions) {
    const found = await connection.query('SELECT 1 FROM edition WHERE demo_code = $1', [plan.demoCode]);
    if (found.rowCount !== 0) continue;
    const editionId = await createEdition(connection, plan, random, now);
    for (const merchant of merchants) await createMerchant(connection, editionId, merchant);
    for (const product of products) await createProduct(connection, editionId, product);
  }
}
