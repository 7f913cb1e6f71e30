/**
 * Goal: when a customer walks on with a tag whose sale is unknown, the next till's sale is right, and the first till learns
 * from the tag's own history how its sale ended; the books agree in every order of replication (Q6, Q9, requirements 3.2).
 * Method: two real tills of one event on one real reader. The first loses the tag in the middle of a sale, the second sells,
 * then the first sees the tag again. Replication happens while the outcome is unknown and again when it is settled.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChargedTag, chargeTag } from './klink/charged-tag.ts';
import { type DemoBackend, startDemoBackend } from './klink/demo-backend.ts';
import { enrolTill, succeeded, type TillOnReader } from './klink/till-on-reader.ts';
import { startVirtualReader, type VirtualReader, type VirtualTag } from './virtual-reader/virtual-reader.ts';

describe.each([
  { what: 'the tag holds the lost sale', tornAt: 'after the last page', end: 'Committed', balanceMinor: 3_900 },
  { what: 'the tag never took the lost sale', tornAt: 'in the middle', end: 'Aborted', balanceMinor: 9_400 },
] as const)('two tills, and $what', ({ tornAt, end, balanceMinor }) => {
  let backend: DemoBackend;
  let reader: VirtualReader;
  let charged: ChargedTag;
  let first: TillOnReader;
  let second: TillOnReader;
  let tag: VirtualTag;
  let editionId: number;

  beforeAll(async () => {
    [backend, reader] = await Promise.all([startDemoBackend(), startVirtualReader()]);
    charged = await chargeTag(backend, reader, '04A1B2C3D4E5F6');
    first = charged.till;
    second = await enrolTill(backend.address, reader);
    tag = await charged.tagFor(reader);
    editionId = (await backend.enrolWitness('DEMO-FEST')).edition.id;
  });

  afterAll(async () => {
    for (const till of [first, second]) till.folder.remove();
    await reader.close();
    await backend.close();
  });

  /** How many pages a sale of 55.00 writes, by a sale on copies. */
  async function pagesOfSale(): Promise<number> {
    const till = charged.copyFor(reader);
    const before = (await reader.apdus()).length;
    await reader.insert(await charged.tagFor(reader));
    succeeded(await till.run('sell', '--amount', '55.00', '--timeout', '20'));
    await reader.remove();
    till.folder.remove();
    return (await reader.apdus()).slice(before).filter(({ isWrite }) => isWrite).length;
  }

  async function replicated(till: TillOnReader): Promise<void> {
    const { steps } = succeeded(await till.run('replicate', '--until-empty'));
    expect(steps.at(-1)).toMatchObject({ event: 'replicated', details: { rejectedCount: 0, unsentCount: 0 } });
  }

  test('R30: the first till does not know, and says so to the backend, which books nothing', async () => {
    const pages = await pagesOfSale();
    await reader.tear(tornAt === 'in the middle' ? 3 : pages, 'after');
    await reader.insert(tag);
    const selling = await first.run('sell', '--amount', '55.00', '--timeout', '2');
    expect(selling.exitCode).toBe(4);
    await replicated(first);
    expect(await backend.balances(editionId)).toMatchObject({ customer: 9_500 });
    expect(await backend.transactions(editionId)).toContainEqual(
      expect.objectContaining({ terminalTransactionNumber: 2, state: 'TerminalConfirmUnknown' }),
    );
  });

  test('R21: the second till sells 1.00 from what the tag shows', async () => {
    await reader.insert(tag);
    succeeded(await second.run('sell', '--amount', '1.00', '--timeout', '20'));
    await reader.remove();
    expect(charged.witness(await reader.memory(tag))?.balanceMinor).toBe(balanceMinor);
    await replicated(second);
  });

  test(`Q9: the first till learns from the tag's history that its sale is ${end}, without writing to it`, async () => {
    const memory = await reader.memory(tag);
    await reader.insert(tag);
    const cleaned = succeeded(await first.run('cleanup', '--timeout', '20'));
    await reader.remove();
    expect(cleaned.steps).toContainEqual(
      expect.objectContaining({
        event: 'cleanup',
        transaction: expect.objectContaining({ terminalTransactionNumber: 2, state: end }),
      }),
    );
    expect(await reader.memory(tag)).toEqual(memory);
  });

  test('R46: the books then hold what the tag holds, and nothing disagrees', async () => {
    await replicated(first);
    const balances = await backend.balances(editionId);
    expect(balances).toEqual({
      customer: balanceMinor,
      'merchant:bar': 9_500 - balanceMinor,
      fee: 500,
      'top-up:cash': -10_000,
    });
    expect(await backend.coherence(editionId)).toMatchObject({ findings: 0, sumMinor: 0, tagDifferences: [] });
  });
});
