// Goal: an operator lets integrations in from the command line, and no private key and no password ever leaves it.
// Method: the whole program in this process with streams that are kept, against a backend on a real PostgreSQL; keys in files.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningBackend } from '../../backend-mock/main.ts';
import { stepSchema } from '../../contract/ipc/step.ts';
import { installationsAnswerSchema } from '../../contract/wire/installations.ts';
import { startTestBackend, startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { makeApp, TracClient } from '../../testing/trac/trac-client.ts';
import { runKlink } from '../program.ts';

let server: TestServer;
let backend: RunningBackend;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  backend = await startTestBackend(await server.newDatabase());
  folder = await mkdtemp(join(tmpdir(), 'klink-keys-'));
});
afterAll(async () => {
  await backend.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

async function klink(password: string, ...args: readonly string[]) {
  process.env['KLINK_OPERATOR_PASSWORD'] = password;
  const written = { out: '', error: '' };
  const streamTo = (name: 'out' | 'error') =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += String(chunk);
        done();
      },
    });
  const flags = ['--backend', backend.address, '--json'];
  const exitCode = await runKlink(['installations', ...args, ...flags], {
    out: streamTo('out'),
    error: streamTo('error'),
  });
  const steps = written.out.split('\n').filter((line) => line !== '');
  return { exitCode, steps: steps.map((line) => stepSchema.parse(JSON.parse(line))) };
}

async function keyFile(name: string, pem: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, pem);
  return file;
}

test('R53, R127: klink installations lets an app in by its public key with its defaults, lists it, and shuts it out', async () => {
  const app = makeApp('parentpay');
  const key = await keyFile('public.pem', app.publicKeyPem);
  const defaults = await keyFile('defaults.json', '{"transaction":{"default":{"till":{"status":"unsynced"}}}}');
  const add = ['add', '--edition', '2', '--slug', 'parentpay', '--namespace', 'parentPay', '--key', key];
  const added = await klink('demo', ...add, '--defaults', defaults);
  expect(added.exitCode).toBe(0);
  const { steps } = await klink('demo', 'list', '--edition', '2');
  const { installations } = installationsAnswerSchema.parse(steps[0]?.details);
  expect(installations).toMatchObject([
    {
      slug: 'parentpay',
      namespace: 'parentPay',
      active: true,
      defaults: { transaction: { default: { till: { status: 'unsynced' } } } },
    },
  ]);
  const [installation] = installations;
  if (installation === undefined) throw new Error('the installation is listed');
  const client = await TracClient.enter(backend.address, app, installation);
  expect((await client.get('/members')).status).toBe(200);
  expect((await klink('demo', 'change', String(installation.installationId), '--shut')).exitCode).toBe(0);
  expect((await client.get('/members')).status).toBe(401);
  expect((await klink('demo', ...add)).steps.at(-1)?.error).toMatchObject({
    code: 'BACKEND_REFUSED',
    message: expect.stringMatching(/slug/),
  });
});

test('Q45: a private key is refused before anything is sent, and a wrong password is refused by the backend', async () => {
  const pem = makeApp('any').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const key = await keyFile('private.pem', pem);
  const add = ['add', '--edition', '2', '--slug', 'any', '--key', key];
  const refused = await klink('demo', ...add);
  expect([refused.exitCode, refused.steps.at(-1)?.error]).toMatchObject([
    2,
    { code: 'USAGE', message: expect.stringMatching(/private key/) },
  ]);
  const wrong = await klink('not it', 'list', '--edition', '2');
  expect([wrong.exitCode, wrong.steps.at(-1)?.error?.code]).toEqual([5, 'BACKEND_REFUSED']);
  expect(process.env['KLINK_OPERATOR_PASSWORD']).toBeUndefined();
});

test('what is no file, no JSON or no defaults is a misuse', async () => {
  const key = await keyFile('good.pem', makeApp('any').publicKeyPem);
  const add = ['add', '--edition', '2', '--slug', 'any', '--key'];
  expect((await klink('demo', ...add, join(folder, 'absent.pem'))).exitCode).toBe(2);
  for (const text of ['{', '{"sale":{}}', '[]']) {
    const defaults = await keyFile('bad.json', text);
    expect((await klink('demo', ...add, key, '--defaults', defaults)).exitCode).toBe(2);
  }
  expect((await klink('demo', 'change', '1', '--shut', '--open')).exitCode).toBe(2);
});
