/**
 * Goal: the technology of a tag and the length of its UID make no difference to a customer: issued, topped up and sold to
 * with `klink`, the tag and the books say the same (R16–R21).
 * Method: the real programs of `out/` with the real PC/SC service and emulated tags; the tag is read by the witness, the
 * books through the operator's API; a till of the demo event, on its own reader.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DemoBackend, startDemoBackend } from './klink/demo-backend.ts';
import { witnessTag } from './klink/tag-witness.ts';
import { enrolTill, succeeded, type TillOnReader } from './klink/till-on-reader.ts';
import { startVirtualReader, type VirtualReader } from './virtual-reader/virtual-reader.ts';

describe('every kind of tag', () => {
  let backend: DemoBackend;
  let reader: VirtualReader;
  let till: TillOnReader;
  let keys: ReadonlyMap<number, Buffer>;

  beforeAll(async () => {
    [backend, reader] = await Promise.all([startDemoBackend(), startVirtualReader()]);
    till = await enrolTill(backend.address, reader);
    const { edition } = await backend.enrolWitness('DEMO-FEST');
    keys = new Map(edition.keySets.map(({ id, keyHex }) => [id, Buffer.from(keyHex, 'hex')]));
  });
  afterAll(async () => {
    till.folder.remove();
    await reader.close();
    await backend.close();
  });

  test.each([
    { model: 'classic1k', uid: 'A1B2C3D4' },
    { model: 'classic1k', uid: '04A1B2C3D4E5F6' },
    { model: 'classic1k', uid: '04A1B2C3D4E5F6A7B8C9' },
    { model: 'ntag213', uid: 'B1B2C3D4' },
    { model: 'ntag213', uid: '05A1B2C3D4E5F6A7B8C9' },
  ] as const)('$model with UID $uid: 100.00 with a fee of 5.00 and 55.00 leave 40.00', async ({ model, uid }) => {
    const tag = await reader.makeTag({ model, uid });
    await reader.insert(tag);
    succeeded(await till.run('issue', '--timeout', '20'));
    succeeded(await till.run('topup', '--amount', '100.00', '--timeout', '20'));
    const sold = succeeded(await till.run('sell', '--amount', '55.00', '--timeout', '20'));
    expect(sold.steps.at(-1)).toMatchObject({
      event: 'transactionCommitted',
      tag: { uid, generation: 1, transactionNumber: 2, balanceMinor: 4_000 },
    });
    const memory = await reader.memory(tag);
    expect(witnessTag(memory, Buffer.from(uid, 'hex'), keys.get(memory[3] ?? -1) ?? Buffer.alloc(16))).toMatchObject({
      transactionNumber: 2,
      balanceMinor: 4_000,
      history: [{ amountMinor: -5_500 }, { amountMinor: 9_500 }],
    });
    await reader.remove();
  });

  test('R9–R11: the books took all of it, and nothing does not agree', async () => {
    const replicated = succeeded(await till.run('replicate', '--until-empty'));
    expect(replicated.steps.at(-1)).toMatchObject({
      event: 'replicated',
      details: { rejectedCount: 0, unsentCount: 0 },
    });
    const { edition } = await backend.enrolWitness('DEMO-FEST');
    // The sum of all accounts is zero, so that the five customers have 200.00 together.
    expect(await backend.balances(edition.id)).toMatchObject({
      'merchant:bar': 5 * 5_500,
      fee: 5 * 500,
      'top-up:cash': 5 * -10_000,
    });
    expect(await backend.coherence(edition.id)).toMatchObject({ findings: 0, sumMinor: 0, unresolvedRejections: 0 });
  });

  test('a card with keys of its own is refused: TAG_UNSUPPORTED, with a reason, and is not written to', async () => {
    const tag = await reader.makeTag({ model: 'classic1k', uid: 'C1B2C3D4', classicKey: 'A0A1A2A3A4A5' });
    const before = await reader.memory(tag);
    await reader.insert(tag);
    const refused = await till.run('sell', '--amount', '1.00', '--timeout', '20');
    expect(refused.exitCode).toBe(3);
    expect(refused.steps.at(-1)?.error).toMatchObject({ code: 'TAG_UNSUPPORTED' });
    expect(refused.steps.at(-1)?.error?.message).toContain('MIFARE Classic 1K with keys of its own');
    expect(await reader.memory(tag)).toEqual(before);
    await reader.remove();
  });
});
