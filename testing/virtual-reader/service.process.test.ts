/**
 * Goal: a reader host survives everything its surroundings do, says what is the matter, and recovers by itself.
 * Method: the real reader host on a real pcscd of its own that is missing, killed, stopped, without a reader, started
 * again; the host itself killed; two of them side by side.
 */
import { afterEach, expect, test } from 'vitest';
import { toHex } from '../../terminal-core/tag/bytes.ts';
import { ReaderHostClient } from './reader-host-client.ts';
import { startVirtualReader, type VirtualReader, type VirtualReaderOptions } from './virtual-reader.ts';

const getUid = Uint8Array.of(0xff, 0xca, 0, 0, 0);
const uid = '04A1B2C3D4E5F6';

const started: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of started.splice(0).reverse()) {
    await one.close();
  }
});

async function newReader(options: VirtualReaderOptions = {}): Promise<VirtualReader> {
  const reader = await startVirtualReader(options);
  started.push(reader);
  return reader;
}

function newHost(reader: VirtualReader, env: Readonly<Record<string, string>> = {}, name?: string): ReaderHostClient {
  const host = new ReaderHostClient({ readerName: name ?? reader.readerName }, { ...reader.env, ...env });
  started.push({ close: () => host.stop() });
  return host;
}

async function uidOf(host: ReaderHostClient, presenceId: number): Promise<string> {
  const answer = await host.transmit(presenceId, getUid);
  return answer.kind === 'answer' ? toHex(answer.response.slice(0, -2)) : answer.fault;
}

test('no service at the start: said so, and found when it comes', async () => {
  const reader = await newReader({ isServiceRunning: false });
  const host = newHost(reader);
  expect(await host.state('service-down')).toMatchObject({ readerName: null });
  await reader.startService();
  expect(await host.state('ready')).toMatchObject({ readerName: reader.readerName, detail: null });
});

test.each(['killed', 'stopped'] as const)(
  'a service %s with a tag lying there: gone, down, back, and the tag again',
  async (how) => {
    const reader = await newReader();
    const host = newHost(reader);
    await host.state('ready');
    await reader.insert(await reader.makeTag({ uid }));
    const { presenceId } = await host.present();
    await (how === 'killed' ? reader.killService() : reader.stopService());
    await host.state('service-down');
    expect(host.events).toContainEqual({ kind: 'card-gone', presenceId });
    expect(await host.transmit(presenceId, getUid)).toMatchObject({ kind: 'failure', fault: 'card-gone' });
    await reader.startService();
    await host.state('ready');
    const again = await host.present();
    expect(again.presenceId).toBeGreaterThan(presenceId);
    expect(await uidOf(host, again.presenceId)).toBe(uid);
  },
);

test('a service killed in the middle of an APDU: the APDU fails, and the reader is found again', async () => {
  const reader = await newReader();
  const host = newHost(reader);
  await host.state('ready');
  await reader.insert(await reader.makeTag({ uid }));
  const { presenceId } = await host.present();
  await reader.plan({ kind: 'delay', counted: { of: 'apdus', number: 1 }, delayMs: 1_500 });
  const answer = host.transmit(presenceId, getUid);
  await reader.killService();
  expect(await answer).toMatchObject({ kind: 'failure' });
  await host.state('service-down');
  await reader.startService();
  await host.state('ready');
  const again = await host.present();
  expect(await uidOf(host, again.presenceId)).toBe(uid);
});

test('a service without a reader is not one that is down', async () => {
  const reader = await newReader({ hasReader: false });
  const host = newHost(reader);
  expect(await host.state('missing')).toMatchObject({ detail: 'no reader is plugged in' });
  await reader.stopService();
  await host.state('service-down');
  await reader.startService({ hasReader: true });
  await host.state('ready');
});

test('a reader of another name is left alone, and named', async () => {
  const reader = await newReader();
  const host = newHost(reader, {}, 'ACR122U');
  const { detail } = await host.state('missing');
  expect(detail).toContain(reader.readerName);
});

test('a machine without the native package: unavailable, with the reason, and no crash', async () => {
  const reader = await newReader({ isServiceRunning: false });
  const refuse = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (name === 'smartcard') throw new Error("Cannot find module 'smartcard'");
      return next(name, context);
    } });`;
  const host = newHost(reader, { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(refuse)}` });
  const { detail } = await host.state('unavailable');
  expect(detail).toContain("Cannot find module 'smartcard'");
  expect(await host.stop()).toBe(0);
});

test('a reader host killed with a tag lying there: the next one finds it', async () => {
  const reader = await newReader();
  const host = newHost(reader);
  await reader.insert(await reader.makeTag({ uid }));
  await host.present();
  host.child.kill('SIGKILL');
  await host.ended();
  const next = newHost(reader);
  expect(await uidOf(next, (await next.present()).presenceId)).toBe(uid);
});

test('a reader host whose port closes ends by itself', async () => {
  const reader = await newReader();
  const host = newHost(reader);
  await host.state('ready');
  host.child.disconnect();
  expect(await host.ended()).toBe(0);
});

test('two readers side by side do not hear of each other', async () => {
  const readers = await Promise.all([newReader(), newReader()]);
  const uids = [uid, '04FFEEDDCCBBAA'] as const;
  const seen = await Promise.all(
    readers.map(async (reader, index) => {
      const host = newHost(reader);
      await reader.insert(await reader.makeTag({ uid: uids[index] ?? uid }));
      return uidOf(host, (await host.present()).presenceId);
    }),
  );
  expect(seen).toEqual(uids);
});
