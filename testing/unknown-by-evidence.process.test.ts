/**
 * Goal: a till whose sale is unknown never sees the tag again, and still learns how it ended: from what another till read on
 * the tag, by way of the backend; the till, the ledger and the tag then agree, whoever spoke to the backend first (Q6, Q9).
 * Method: real tills of one event on one real reader, a real backend. The first loses the tag at its first page or after its
 * last, the second sells to it, and what that one wrote, a third one reads. Each order of replication once. `klink watch` follows the first from beside it.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChargedTag, chargeTag } from './klink/charged-tag.ts';
import { type DemoBackend, startDemoBackend } from './klink/demo-backend.ts';
import { enrolTill, succeeded, type TillOnReader } from './klink/till-on-reader.ts';
import { startVirtualReader, type VirtualReader, type VirtualTag } from './virtual-reader/virtual-reader.ts';

let backend: DemoBackend;
let reader: VirtualReader;
let second: TillOnReader;
let third: TillOnReader;
let pages: number;
let editionId: number;
const folders: TillOnReader[] = [];

beforeAll(async () => {
  [backend, reader] = await Promise.all([startDemoBackend(), startVirtualReader()]);
  second = await enrolTill(backend.address, reader);
  folders.push(second);
  editionId = (await backend.enrolWitness('DEMO-FEST')).edition.id;
  pages = await pagesOfSale();
});

afterAll(async () => {
  for (const till of folders) till.folder.remove();
  await reader.close();
  await backend.close();
});

/** How many pages a sale of 55.00 writes. */
async function pagesOfSale(): Promise<number> {
  const charged = await chargeTag(backend, reader, '04A1B2C3D4E500');
  folders.push(charged.till);
  third = charged.till;
  const before = (await reader.apdus()).length;
  await reader.insert(await charged.tagFor(reader));
  succeeded(await charged.till.run('sell', '--amount', '55.00', '--timeout', '20'));
  await reader.remove();
  succeeded(await charged.till.run('replicate', '--until-empty'));
  return (await reader.apdus()).slice(before).filter(({ isWrite }) => isWrite).length;
}

async function replicated(till: TillOnReader): Promise<void> {
  const { steps } = succeeded(await till.run('replicate', '--until-empty'));
  expect(steps.at(-1)).toMatchObject({ event: 'replicated', details: { rejectedCount: 0, unsentCount: 0 } });
}

async function stateInBackend(assignmentId: number): Promise<string | undefined> {
  const rows = await backend.transactions(editionId);
  return rows.find((row) => row.assignmentId === assignmentId && row.terminalTransactionNumber === 2)?.state;
}

describe.each([
  {
    what: 'written',
    end: 'Committed',
    proof: 'Reserve',
    balanceMinor: 3_900,
    order: 'the till that lost it first',
    uid: '04A1B2C3D4E501',
    isFollowed: true,
  },
  {
    what: 'written',
    end: 'Committed',
    proof: 'Reserve',
    balanceMinor: 3_900,
    order: 'the till that saw it first',
    uid: '04A1B2C3D4E502',
    isFollowed: false,
  },
  {
    what: 'not written',
    end: 'Aborted',
    proof: 'Aborted',
    balanceMinor: 9_400,
    order: 'the till that lost it first',
    uid: '04A1B2C3D4E503',
    isFollowed: false,
  },
  {
    what: 'not written',
    end: 'Aborted',
    proof: 'Aborted',
    balanceMinor: 9_400,
    order: 'the till that saw it first',
    uid: '04A1B2C3D4E504',
    isFollowed: false,
  },
] as const)('$what; replicated by $order', ({ what, end, proof, balanceMinor, order, uid, isFollowed }) => {
  let charged: ChargedTag;
  let first: TillOnReader;
  let tag: VirtualTag;
  let assignmentId: number;

  beforeAll(async () => {
    charged = await chargeTag(backend, reader, uid);
    first = charged.till;
    folders.push(first);
    tag = await charged.tagFor(reader);
    const { steps } = succeeded(await first.run('status'));
    assignmentId = Number(steps.at(-1)?.details?.['assignmentId']);
    await reader.tear(what === 'written' ? pages : 1, what === 'written' ? 'after' : 'before');
    await reader.insert(tag);
    expect((await first.run('sell', '--amount', '55.00', '--timeout', '2')).exitCode).toBe(4);
    await reader.insert(tag);
    succeeded(await second.run('sell', '--amount', '1.00', '--timeout', '20'));
    // A till does not tell of what it wrote itself: that another one sees the number in its hands is the proof.
    if (what === 'not written') succeeded(await third.run('balance', '--timeout', '20'));
    await reader.remove();
  });

  const replicateEvidence = async () => {
    await replicated(second);
    await replicated(third);
  };

  test('Q9: the first till ends it as the tag has it, which it never saw again', async () => {
    expect(charged.witness(await reader.memory(tag))?.balanceMinor).toBe(balanceMinor);
    if (order === 'the till that saw it first') {
      await replicateEvidence();
    } else {
      await replicated(first);
      expect(await stateInBackend(assignmentId)).toBe('TerminalConfirmUnknown');
      await replicateEvidence();
      expect(await stateInBackend(assignmentId)).toBe(proof);
    }
    if (isFollowed) {
      await resolveWatched();
      return;
    }
    const resolved = succeeded(await first.run('resolve', '2', '--timeout', '0'));
    expect(resolved.steps.at(-1)).toMatchObject({ event: 'resolved', transaction: { state: end } });
  });

  /** The same with what a supervisor sees of it: on the list before, not after, and by `klink watch` as it happens. */
  async function resolveWatched(): Promise<void> {
    const listed = succeeded(await first.run('resolve'));
    expect(listed.steps.at(-1)).toMatchObject({
      event: 'attention',
      details: { items: [{ todo: 'show-tag', terminalTransactionNumber: 2, amountMinor: 5_500, uid }] },
    });
    const watching = first.start('watch');
    await watching.step('where it begins', ({ event }) => event === 'status');
    succeeded(await first.run('resolve', '2', '--timeout', '0'));
    const seen = await watching.step('the end', ({ event }) => event === 'cleanup');
    expect(seen).toMatchObject({
      transaction: { terminalTransactionNumber: 2, state: end },
      details: { cause: 'backend' },
    });
    watching.signal('SIGINT');
    expect((await watching.ended).exitCode).toBe(0);
    expect(succeeded(await first.run('resolve')).steps.at(-1)).toMatchObject({ details: { items: [] } });
  }

  test('R46: the ledger then has it as well, and nothing disagrees', async () => {
    await replicated(first);
    expect(await stateInBackend(assignmentId)).toBe(end);
    const { findings, sumMinor, tagDifferences } = await backend.coherence(editionId);
    expect({ findings, sumMinor, tagDifferences }).toEqual({ findings: 0, sumMinor: 0, tagDifferences: [] });
  });
});
