import type { Client } from 'pg';
import { z } from 'zod';
import type { HostileJson } from './json-text.ts';

const textOrNumber = z.union([z.string(), z.number()]);

/**
 * The names and numbers that exist in an edition, by the field of the contract that names them; `in <collection>` is what follows a
 * collection in a path. Read from the database, because no hostile client is to be less well informed than that.
 */
export async function readKnown(
  database: Client,
  editionId: number,
): Promise<ReadonlyMap<string, readonly HostileJson[]>> {
  const texts = async (text: string): Promise<HostileJson[]> => {
    const found = await database.query<unknown[]>({ text, values: [editionId], rowMode: 'array' });
    return found.rows.map(([value]) => textOrNumber.parse(value));
  };
  const numbers = async (text: string) => (await texts(text)).map(Number);
  const transactionsWhere = (condition: string, limit = 10) =>
    numbers(
      `SELECT backend_transaction_id FROM transactions WHERE edition_id = $1 AND ${condition} ORDER BY random() LIMIT ${limit}`,
    );
  const uids = await texts('SELECT uid FROM tag WHERE edition_id = $1 ORDER BY random() LIMIT 12');
  const overdrawn = await texts(`SELECT t.uid FROM tag t JOIN account a USING (edition_id, customer_id)
    WHERE edition_id = $1 AND a.balance_minor < 0 ORDER BY random() LIMIT 3`);
  const some = await transactionsWhere('true');
  const open = await transactionsWhere(`state IN ('TerminalConfirmUnknown', 'Reserve', 'ExternalUnknown')`);
  const refunds = await transactionsWhere(`state = 'ReservePending' AND origin = 'admin'`);
  const outside = await transactionsWhere(`origin IN ('online', 'auto')`);
  const assignments = await numbers(
    'SELECT assignment_id FROM assignment WHERE edition_id = $1 ORDER BY random() LIMIT 6',
  );
  const paid =
    await numbers(`SELECT t.terminal_transaction_number FROM payment p JOIN transactions t USING (edition_id, backend_transaction_id)
    WHERE edition_id = $1 AND t.assignment_id IS NOT NULL ORDER BY random() LIMIT 6`);
  const merchants = await texts('SELECT merchant_id FROM merchant WHERE edition_id = $1 ORDER BY random() LIMIT 6');
  const customers = await numbers('SELECT customer_id FROM customer WHERE edition_id = $1 ORDER BY random() LIMIT 8');
  const references = await texts(
    'SELECT reference FROM payment WHERE edition_id = $1 AND reference IS NOT NULL ORDER BY random() LIMIT 10',
  );
  const someNumbers = [1, 2, 3, 7, 101, 102, 103, ...paid];
  const currency = await texts('SELECT currency FROM edition WHERE edition_id = $1');
  return new Map<string, HostileJson[]>([
    ['editionId', [editionId, editionId, editionId, editionId, editionId, editionId, 999]],
    ['uid', [...uids, ...overdrawn, '04F0000000000F', '04F00001']],
    ['newUid', [...uids, '04F0000000000A', '04F0000000000B']],
    ['tagUid', uids],
    ['customerId', customers],
    ['in customers', customers],
    ['in editions', [editionId]],
    ['in terminals', await numbers('SELECT terminal_id FROM assignment WHERE edition_id = $1 LIMIT 10')],
    ['in transactions', [...open, ...open, ...some]],
    [
      'in unreturned-cash',
      [
        ...(await transactionsWhere(
          `state = 'Aborted' AND type = 'TopUp' AND payment_method = 'cash' AND cash_returned IS NOT true`,
        )),
        ...some.slice(0, 3),
      ],
    ],
    ['in manual-refunds', [...refunds, ...refunds, ...some.slice(0, 3)]],
    ['in online-top-ups', [...outside, ...outside, ...some.slice(0, 2)]],
    ['transactionId', [...outside, ...some]],
    [
      'in transition-log',
      await numbers('SELECT log_id FROM transition_log WHERE edition_id = $1 ORDER BY random() LIMIT 10'),
    ],
    ['before', some],
    ['in assignments', assignments],
    ['assignmentId', assignments],
    ['number', someNumbers],
    ['terminalTransactionNumber', someNumbers],
    ['merchantId', [...merchants, 'unallocated']],
    ['in members', await texts('SELECT member_id FROM member WHERE edition_id = $1 ORDER BY random() LIMIT 6')],
    ['in trac-connections', [editionId]],
    // Where nobody listens: what is told of a connection that cannot be made is looked at, too.
    ['address', ['http://127.0.0.1:1']],
    ['audience', ['https://trac.mypebble.co.uk/']],
    ['organisation', ['7']],
    ['direction', ['push', 'pull', 'both']],
    ['creditApply', ['30 9 * * 1-5', '0 0 * * *', '* * * * *']],
    ['in merchants', merchants],
    ['in products', await texts('SELECT product_id FROM product WHERE edition_id = $1 LIMIT 10')],
    ['in cashiers', await texts('SELECT cashier_id FROM cashier WHERE edition_id = $1 LIMIT 10')],
    ['in operators', await texts('SELECT name FROM operator_login WHERE $1 > 0 LIMIT 8')],
    ['paymentReference', references],
    ['reference', references],
    ['paymentKey', await texts('SELECT payment_key FROM payment WHERE edition_id = $1 ORDER BY random() LIMIT 20')],
    ['currency', [...currency, ...currency, ...currency, 'XXX']],
    ['timeZone', ['Europe/Zurich', 'Europe/London', 'Pacific/Kiritimati']],
    ['code', ['DEMO-FEST', 'DEMO-CANTEEN', 'NOBODYS-CODE']],
    ['debit', ['customer', 'merchant:bar', 'top-up:cash', 'fee', 'loss', 'unclaimed']],
    ['credit', ['customer', 'merchant:bar', 'top-up:cash', 'top-up:card', 'fee']],
    ['amountMinor', [1, 1_00, 2_50, 5_00, 10_00, 20_01, 20_03, 20_04, -1_00]],
    ['feeMinor', [0, 0, 50]],
    ['password', ['a long password', 'demo', 'a wrong password']],
    ['idempotency-key', ['fuzz-key-1', 'fuzz-key-2', 'fuzz-key-3']],
    ['generation', [1, 1, 1, 2]],
    ['transactionNumber', [1, 2, 3, 4]],
  ]);
}
