/**
 * Goal: the support file tells what happened in a canteen and not what anybody may not eat (docs/decisions/support-file.md).
 * Method: a till's folder with one meal that was served in spite of an allergy, of a member the backend has told of; the
 * file is read whole.
 */
import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { accountOf, assignment, pupil } from '../../testing/till/canteen.ts';
import { at, committedEnd, purchaseOf, servingOf, storesOfTest, uid } from '../../testing/till/store-folder.ts';
import { openTillDatabase } from '../store/till-database.ts';
import { writeSupportFile } from './support-export.ts';

const stores = storesOfTest();

test('what was served is told, and neither the member nor the allergy', async () => {
  const folder = stores.folder();
  const opened = openTillDatabase(folder);
  if (!opened.ok) throw new Error(opened.fault.code);
  const { assignments, transactions, accounts } = opened.value;
  assignments.saveAssignment(assignment, at);
  accounts.remember(accountOf(uid, 1_000, { member: pupil({ allergens: ['lupin'] }) }), 0, at);
  const meal = servingOf(purchaseOf(250), { isMeal: true, session: 'lunch', acknowledgedAllergens: ['lupin'] });
  const numbers = transactions.openOfAccount([meal], at).map((row) => row.terminalTransactionNumber);
  transactions.checkoutOfAccount(numbers, true, at);
  transactions.endTogether(numbers, committedEnd);
  const file = path.join(folder, 'support.jsonl.gz');
  const sources = { dataFolder: folder, database: opened.value, problem: null, facts: {} };
  await writeSupportFile(file, sources, () => undefined);
  opened.value.close();
  const text = gunzipSync(fs.readFileSync(file)).toString('utf8');
  expect(text).toContain('"session":"lunch"');
  for (const secret of ['lupin', 'Mia', 'Keller', '4B', uid]) expect(text).not.toContain(secret);
});
