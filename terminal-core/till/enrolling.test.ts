/**
 * Goal: an enrolled till has its assignment, its secrets and its catalogue, begins with number 1, and sells; a refused one is
 * as it was (R24, R25).
 * Method: a whole till in this process against a server on a real socket that plays the backend.
 */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { configuration, edition, secrets } from '../../testing/till/festival.ts';
import { issue, tillsOfTest, topUp } from '../../testing/till/flows.ts';
import { type Reply, ScriptedBackend } from '../../testing/till/scripted-backend.ts';

const tills = tillsOfTest();
const backends: ScriptedBackend[] = [];
afterEach(async () => {
  for (const backend of backends.splice(0)) await backend.close();
});

const enrolled: Reply = {
  status: 201,
  json: { terminalId: 'terminal-9', assignmentId: 41, token: secrets.token, edition },
};

async function enrolAt(
  reply: Reply,
  catalogue: Reply = { status: 200, json: configuration, headers: { etag: '"1"' } },
) {
  const backend = await ScriptedBackend.start(({ resource }) => (resource === 'enrolments' ? reply : catalogue));
  backends.push(backend);
  const till = tills.open({ assignment: null });
  const request = { backendUrl: backend.url, code: 'DEMO-FEST', terminalName: 'Bar 1' };
  return { backend, till, answer: await till.till.operations.enrol(request) };
}

describe('an accepted code', () => {
  test('R24, R25: assignment, secrets and catalogue are kept; the first number is 1', async () => {
    const { backend, till, answer } = await enrolAt(enrolled);
    expect(answer).toMatchObject({
      ok: true,
      value: { enrolled: true, assignmentId: 41, lastTerminalTransactionNumber: 0, backendUrl: backend.url },
    });
    expect(JSON.parse(backend.requests[0]?.body ?? '')).toEqual({
      code: 'DEMO-FEST',
      terminalName: 'Bar 1',
      journalId: till.assignments.assignment()?.journalId,
    });
    expect(till.screen.screen).toBe('sale');
    expect(JSON.parse(fs.readFileSync(path.join(till.folder, 'secrets.json'), 'utf8'))).toEqual(secrets);
    expect(backend.resources).toEqual(['enrolments', 'config']);
    await issue(till);
    expect(await topUp(till, 2_000)).toMatchObject({
      value: { result: 'committed', step: { transaction: { terminalTransactionNumber: 1 } } },
    });
  });

  test('neither key nor token is in the database or in what is shown and told', async () => {
    const { till } = await enrolAt(enrolled);
    const told = JSON.stringify([till.view, till.steps, till.database.prepare('SELECT * FROM assignment').all()]);
    expect(told).not.toContain(secrets.token);
    expect(told).not.toContain(secrets.keySets[0]?.keyHex);
  });

  test('without the catalogue the till is enrolled, and says what it waits for', async () => {
    const { till, answer } = await enrolAt(enrolled, 'cut');
    expect(answer).toMatchObject({ ok: true });
    expect(till.screen).toMatchObject({ screen: 'halted', fault: { code: 'CONFIGURATION_MISSING' } });
  });

  test('the next start finds everything, and a second code is refused without being shown to the backend', async () => {
    const { backend, till } = await enrolAt(enrolled);
    const next = tills.reopen(till);
    expect(next.screen.screen).toBe('sale');
    const again = { backendUrl: backend.url, code: 'SECOND', terminalName: 'Bar 2' };
    expect(await next.till.operations.enrol(again)).toMatchObject({
      fault: { code: 'ALREADY_ENROLLED', details: { assignmentId: 41 } },
    });
    expect(backend.resources).toEqual(['enrolments', 'config']);
  });
});

describe('a refused one', () => {
  test.each<[string, Reply, string]>([
    [
      'a wrong code',
      { status: 404, json: { type: 'about:blank', title: 'x', status: 404, code: 'ENROLMENT_CODE_INVALID' } },
      'ENROLMENT_CODE_INVALID',
    ],
    ['an answer without keys', { status: 201, json: { assignmentId: 41 } }, 'BACKEND_FAULT'],
    ['a page of a hotel', { status: 200, json: '<html>' }, 'BACKEND_FAULT'],
    ['a cut connection', 'cut', 'BACKEND_UNREACHABLE'],
  ])('%s leaves the till as it was, free for another attempt', async (_, reply, code) => {
    const { till, answer } = await enrolAt(reply);
    expect(answer).toMatchObject({ ok: false, fault: { code } });
    expect(till.screen).toMatchObject({ screen: 'enrolment', busy: false, fault: { code } });
    expect(till.assignments.assignment()).toBeNull();
    expect(fs.existsSync(path.join(till.folder, 'secrets.json'))).toBe(false);
  });
});
