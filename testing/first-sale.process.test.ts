/**
 * Goal: a first sale on a real reader is on the tag, in the till and in the books, to the last cent, and stays so when it is
 * sent twice (R9–R11, R16–R21, R46–R48).
 * Method: the real programs of `out/` with the real PC/SC service and an emulated tag: enrol, issue, top up 100.00 with a
 * fee of 5.00, sell 55.00, replicate. The tag is read by the witness, the books through the operator's API, and the
 * till's own requests are recorded on the wire and sent once more, byte for byte.
 */
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DemoBackend, startDemoBackend } from './klink/demo-backend.ts';
import { type RecordedRequest, type RecordingProxy, sendAgain, startRecordingProxy } from './klink/recording-proxy.ts';
import { witnessTag } from './klink/tag-witness.ts';
import { enrolTill, succeeded, type TillOnReader } from './klink/till-on-reader.ts';
import { startVirtualReader, type VirtualReader, type VirtualTag } from './virtual-reader/virtual-reader.ts';

const uid = '04A1B2C3D4E5F6';

describe('a first sale', () => {
  let backend: DemoBackend;
  let proxy: RecordingProxy;
  let reader: VirtualReader;
  let tag: VirtualTag;
  let till: TillOnReader;

  beforeAll(async () => {
    [backend, reader] = await Promise.all([startDemoBackend(), startVirtualReader()]);
    proxy = await startRecordingProxy(backend.address);
    tag = await reader.makeTag({ uid });
    await reader.insert(tag);
    till = await enrolTill(proxy.address, reader);
  });

  afterAll(async () => {
    till.folder.remove();
    await Promise.all([reader.close(), proxy.close()]);
    await backend.close();
  });

  test('R20, R21: issue, top-up and sale are on the tag, each with its number', async () => {
    const issued = succeeded(await till.run('issue'));
    expect(issued.steps.at(-1)).toMatchObject({
      event: 'tagIssued',
      tag: { uid, balanceMinor: 0, transactionNumber: 0 },
    });

    const toppedUp = succeeded(await till.run('topup', '--amount', '100.00', '--method', 'cash'));
    expect(toppedUp.steps.at(-1)).toMatchObject({
      event: 'transactionCommitted',
      transaction: {
        terminalTransactionNumber: 1,
        type: 'TopUp',
        state: 'Committed',
        amountMinor: 10_000,
        balanceDeltaMinor: 9_500,
      },
      tag: { uid, generation: 1, transactionNumber: 1, balanceMinor: 9_500 },
    });

    const sold = succeeded(await till.run('sell', '--amount', '55.00'));
    expect(sold.steps.at(-1)).toMatchObject({
      event: 'transactionCommitted',
      transaction: {
        terminalTransactionNumber: 2,
        type: 'Purchase',
        state: 'Committed',
        amountMinor: 5_500,
        balanceDeltaMinor: -5_500,
      },
      tag: { uid, generation: 1, transactionNumber: 2, balanceMinor: 4_000 },
    });
  });

  test('R20: the tag itself proves by its history which transactions wrote it', async () => {
    const { edition } = await backend.enrolWitness('DEMO-FEST');
    const status = succeeded(await till.run('status')).steps.at(-1)?.details;
    const keySet = edition.keySets.at(-1);
    const witnessed = witnessTag(
      await reader.memory(tag),
      Buffer.from(uid, 'hex'),
      Buffer.from(keySet?.keyHex ?? '', 'hex'),
    );
    expect(witnessed).toEqual({
      keySetId: keySet?.id,
      eventEditionId: edition.id,
      slotIndex: 0,
      transactionNumber: 2,
      balanceMinor: 4_000,
      generation: 1,
      blocked: false,
      adjustmentNumber: 0,
      history: [
        { assignmentId: status?.['assignmentId'], terminalTransactionNumber: 2, amountMinor: -5_500, type: 'Purchase' },
        { assignmentId: status?.['assignmentId'], terminalTransactionNumber: 1, amountMinor: 9_500, type: 'TopUp' },
      ],
    });
  });

  test('R9–R11: customer 40.00, merchant 55.00, fee 5.00, top-up −100.00, and nothing that does not agree', async () => {
    const replicated = succeeded(await till.run('replicate', '--until-empty'));
    expect(replicated.steps.at(-1)).toMatchObject({
      event: 'replicated',
      details: { rejectedCount: 0, unsentCount: 0, sealed: true },
    });

    const { edition } = await backend.enrolWitness('DEMO-FEST');
    const balances = await backend.balances(edition.id);
    expect(balances).toEqual({ customer: 4_000, 'merchant:bar': 5_500, fee: 500, 'top-up:cash': -10_000 });
    expect(await backend.coherence(edition.id)).toMatchObject({ findings: 0, sumMinor: 0, unresolvedRejections: 0 });
  });

  test('R16, R19: the same batch sent again changes nothing and says Idempotency-Hit', async () => {
    const { edition } = await backend.enrolWitness('DEMO-FEST');
    const batches = proxy.requests.filter(isBatch);
    expect(batches.length).toBeGreaterThan(0);
    const before = {
      balances: await backend.balances(edition.id),
      transactions: await backend.transactions(edition.id),
    };

    for (const batch of batches) {
      const response = await sendAgain(backend.address, batch);
      expect(response.status).toBe(200);
      expect(response.headers.get('idempotency-hit')).toBe('true');
      expect(JSON.parse(await response.text())).toEqual(JSON.parse(batch.answer));
    }
    const after = {
      balances: await backend.balances(edition.id),
      transactions: await backend.transactions(edition.id),
    };
    expect(after).toEqual(before);
    expect(before.transactions).toHaveLength(2);
    expect(await backend.coherence(edition.id)).toMatchObject({ findings: 0 });
  });

  test('other bytes under the same batch id are 422 BATCH_CONFLICT and change nothing', async () => {
    const { edition } = await backend.enrolWitness('DEMO-FEST');
    const before = await backend.balances(edition.id);
    const batch = proxy.requests.find(isBatch);
    if (batch === undefined) throw new Error('no batch was recorded');
    const response = await sendAgain(backend.address, withOneMoreSpace(batch));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: 'BATCH_CONFLICT' });
    expect(await backend.balances(edition.id)).toEqual(before);
  });
});

function isBatch({ method, path }: RecordedRequest): boolean {
  return method === 'PUT' && path.includes('/batches/');
}

/** The same message in other bytes: uncompressed, and with a space behind it. */
function withOneMoreSpace(request: RecordedRequest): RecordedRequest {
  const { 'content-encoding': encoding, ...headers } = request.headers;
  return { ...request, headers, body: Buffer.concat([plainBody(request.body, encoding), Buffer.from(' ')]) };
}

function plainBody(body: Uint8Array, encoding: string | undefined): Uint8Array {
  switch (encoding) {
    case undefined:
      return body;
    case 'gzip':
      return gunzipSync(body);
    case 'zstd':
      return zstdDecompressSync(body);
    default:
      throw new Error(`the till sends ${encoding}, which this test does not know`);
  }
}
