/**
 * Goal: a simulated tag is as durable as a real one, and the host takes only what the contract knows.
 * Method: the real reader host as a process, killed with SIGKILL the moment a write is answered; another one reads.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ReaderHostClient } from './reader-host-client.ts';

let folder: string;
let host: ReaderHostClient;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'klink-simulated-'));
  host = newHost();
});
afterEach(async () => {
  await host.stop();
  rmSync(folder, { recursive: true, force: true });
});

function newHost(): ReaderHostClient {
  return new ReaderHostClient({ readerKind: 'simulated', dataFolder: folder, simulatedTag: 'Anna' });
}

test('a page that was answered for is there after the process was killed', async () => {
  for (let page = 4; page < 8; page += 1) {
    const { presenceId } = await host.present();
    const write = Uint8Array.of(0xff, 0xd6, 0, page, 4, page, page, page, page);
    expect(await host.transmit(presenceId, write)).toMatchObject({ kind: 'answer' });
    host.child.kill('SIGKILL');
    await host.ended();
    host = newHost();
  }
  const { presenceId } = await host.present();
  expect(await host.transmit(presenceId, Uint8Array.of(0xff, 0xb0, 0, 4, 16))).toMatchObject({
    response: Uint8Array.of(4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 0x90, 0x00),
  });
});

test('the drawer is opened through messages: a tag is torn off at its second write, and comes back half written', async () => {
  const { presenceId } = await host.present();
  // Messages keep their order: with this answer the drawer has been shown.
  expect(await host.simulate({ kind: 'create', label: 'Beat' })).toMatchObject({ ok: true });
  const tagId = host.lastView?.presentTagId ?? '';
  expect(await host.simulate({ kind: 'tear', tagId, writeNumber: 2, point: 'during' })).toMatchObject({ ok: true });
  await host.gone(presenceId);
  const torn = await host.present();
  const write = Uint8Array.of(0xff, 0xd6, 0, 4, 4, 1, 2, 3, 4);
  expect(await host.transmit(torn.presenceId, write)).toMatchObject({ kind: 'answer' });
  expect(await host.transmit(torn.presenceId, write)).toMatchObject({ kind: 'failure', fault: 'card-gone' });
  await host.gone(torn.presenceId);
  expect(await host.simulate({ kind: 'hold', tagId })).toMatchObject({ ok: true });
  const again = await host.present();
  expect(await host.transmit(again.presenceId, Uint8Array.of(0xff, 0xb0, 0, 4, 4))).toMatchObject({
    response: Uint8Array.of(1, 2, 0xfc, 0xfb, 0x90, 0x00),
  });
});

test('a message of another version ends the host rather than being guessed at', async () => {
  await host.present();
  host.child.send({ kind: 'reader', command: { kind: 'format', id: 1, presenceId: 1 } });
  expect(await host.ended()).toBe(1);
});

test('a port that closes ends the host', async () => {
  await host.present();
  host.child.disconnect();
  expect(await host.ended()).toBe(0);
});
