/**
 * Goal: the till that speed is measured with is a till like any other, only older.
 * Method: a small one is made the same way, opened as the till opens it, and its journal is hashed again from its first entry.
 */
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import { canonicalJson, chainHash, chainStart } from '../../terminal-core/store/chain.ts';
import { openTillDatabase } from '../../terminal-core/store/till-database.ts';
import { assignment } from '../till/festival.ts';
import { makeMemoryFolder } from '../till/memory-folder.ts';
import { growTill } from './grown-till.ts';

const entrySchema = z.object({ seq: z.int(), kind: z.string(), at: z.string(), payload: z.json(), hash: z.string() });

test('INV-04, INV-05: its numbers and its journal have no gap, and every entry is what the store would have written', async () => {
  const folder = makeMemoryFolder();
  try {
    await growTill(folder, { productCount: 50, transactionCount: 300 });
    const opened = openTillDatabase(folder);
    if (!opened.ok) throw new Error(opened.fault.message);
    const { journal, transactions, history, assignments, close } = opened.value;
    expect(transactions.counts()).toMatchObject({
      lastTerminalTransactionNumber: 300,
      journalSeq: 600,
      acknowledgedSeq: 600,
    });
    expect(assignments.configuration()?.configuration.products).toHaveLength(50);
    expect(history.before(301, 2)).toMatchObject([
      { terminalTransactionNumber: 300, state: 'Committed', sent: true },
      { terminalTransactionNumber: 299 },
    ]);
    let hash = chainStart(assignment.journalId);
    const told: unknown[] = [];
    for (const line of journal.lines()) {
      const { seq, kind, at, payload, hash: kept } = entrySchema.parse(JSON.parse(line));
      hash = chainHash(hash, { seq, kind, at, canonicalPayload: canonicalJson(payload) });
      expect(kept).toBe(hash);
      if (kind === 'transaction') told.push(transactionPayloadSchema.parse(payload).terminalTransactionNumber);
    }
    expect(told).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
    const [last] = transactions.committedOfTag(transactions.committed(300)?.tag.uid ?? '', 'Purchase', 1);
    expect(last?.terminalTransactionNumber).toBe(300);
    // Every split sale has its goods: nothing waits for anybody.
    expect(transactions.ofGroup('group-2').map(({ terminalTransactionNumber: number }) => number)).toEqual([100, 101]);
    expect(transactions.halfPaid()).toEqual([]);
    close();
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
