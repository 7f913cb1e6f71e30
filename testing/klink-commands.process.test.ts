/**
 * Goal: every command of `klink` says what happened, to a person and to a program, and ends with the exit code that
 * docs/operating.md promises.
 * Method: the real `klink` of `out/` with the simulated reader and a real backend. Each `--json` run is checked by the test
 * support: a line that is no step of the contract fails the run, whatever the test looks at.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tillStatusSchema } from '../contract/ipc/operations.ts';
import { batchAnswerSchema } from '../contract/wire/batch.ts';
import { type JournalEntry, journalEntrySchema } from '../contract/wire/journal.ts';
import { type DemoBackend, startDemoBackend } from './klink/demo-backend.ts';
import { startRecordingProxy } from './klink/recording-proxy.ts';
import { type KlinkRun, klink, klinkForPeople, type RunningKlink, startKlink } from './klink/run-klink.ts';
import { copyFolder, makeFolder, type TestFolder } from './klink/test-folder.ts';
import { succeeded } from './klink/till-on-reader.ts';

const simulated = ['--reader', 'simulated', '--timeout', '20'] as const;

describe('the commands of klink', () => {
  let backend: DemoBackend;
  /** Enrolled, with a wristband that holds 95.00. */
  let charged: TestFolder;
  const folders: TestFolder[] = [];

  beforeAll(async () => {
    backend = await startDemoBackend();
    charged = kept(makeFolder('till'));
    succeeded(await enrol(charged, backend.address, 'DEMO-FEST'));
    succeeded(await klink(['issue', ...simulated, '--data', charged.place]));
    succeeded(await klink(['topup', '--amount', '100.00', ...simulated, '--data', charged.place]));
  });

  afterAll(async () => {
    for (const folder of folders) folder.remove();
    await backend.close();
  });

  function kept(folder: TestFolder): TestFolder {
    folders.push(folder);
    return folder;
  }

  const aCopy = (): string => kept(copyFolder(charged.place, 'till-copy')).place;
  const anEmptyFolder = (): string => kept(makeFolder('till')).place;

  function enrol(folder: { place: string }, address: string, code: string): Promise<KlinkRun> {
    return klink(['enrol', '--backend', address, '--code', code, '--name', 'Bar 1', '--data', folder.place]);
  }

  function expectFault(run: KlinkRun, exitCode: number, code: string): void {
    const said = run.stdout + run.stderr;
    expect({ exitCode: run.exitCode, code: run.steps.at(-1)?.error?.code, said }).toMatchObject({ exitCode, code });
  }

  describe('for a person', () => {
    test('R10, R11: says in a sentence what was charged and what is left, on standard output alone', async () => {
      const place = anEmptyFolder();
      succeeded(await enrol({ place }, backend.address, 'DEMO-FEST'));
      const said: string[] = [];
      for (const command of [
        ['issue'],
        ['topup', '--amount', '100.00', '--method', 'cash'],
        ['sell', '--amount', '55.00'],
        ['sell', '--item', 'beer:2', '--item', 'water', '--discount', '10%'],
        ['balance'],
      ]) {
        const run = await klinkForPeople([...command, ...simulated, '--data', place]);
        expect({ command, exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 0 });
        expect(run.stderr).toContain('Hold the tag on the reader…');
        said.push(run.stdout.trimEnd().replace(/[0-9A-F]{14}/, 'UID'));
      }
      expect(said).toEqual([
        'Issued tag UID. Balance 0.00 CHF.',
        'Topped up 100.00 CHF, fee 5.00 CHF. Balance 0.00 → 95.00.',
        'Sold 55.00 CHF. Balance 95.00 → 40.00.',
        'Sold 12.60 CHF. Balance 40.00 → 27.40.',
        'Balance 27.40 CHF on tag UID (tag number 3).',
      ]);
      const sent = await klinkForPeople(['replicate', '--until-empty', '--data', place]);
      expect(sent).toMatchObject({ exitCode: 0, stderr: '' });
      expect(sent.stdout).toMatch(/^Sent \d+, rejected 0\. Nothing is left; safe to pack\.\n$/);
    });

    test('says what is missing, and what to do, on standard error', async () => {
      const args = ['sell', '--amount', '95.01', ...simulated, '--data', aCopy()];
      const { exitCode, stderr } = await klinkForPeople(args);
      expect(exitCode).toBe(3);
      expect(stderr).toMatch(/klink: Not enough money on the tag\. 0\.01 CHF missing\. \(INSUFFICIENT_FUNDS\)/);
    });

    test('shows the state of the till', async () => {
      const { exitCode, stdout } = await klinkForPeople(['status', '--data', charged.place]);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/Till +Bar 1 \(assignment \d+\)/);
      expect(stdout).toMatch(/Last number +1\n/);
    });
  });

  describe('enrol', () => {
    test('a wrong code: ENROLMENT_CODE_INVALID, 5, and the folder can be enrolled later', async () => {
      const place = anEmptyFolder();
      expectFault(await enrol({ place }, backend.address, 'NO-SUCH-CODE'), 5, 'ENROLMENT_CODE_INVALID');
      succeeded(await enrol({ place }, backend.address, 'DEMO-FEST'));
    });

    test('no backend there: BACKEND_UNREACHABLE, 5', async () => {
      expectFault(await enrol({ place: anEmptyFolder() }, 'http://127.0.0.1:9', 'DEMO-FEST'), 5, 'BACKEND_UNREACHABLE');
    });

    test('R25: a folder belongs to one assignment: ALREADY_ENROLLED, 2', async () => {
      expectFault(await enrol({ place: aCopy() }, backend.address, 'DEMO-FEST'), 2, 'ALREADY_ENROLLED');
    });

    test('R24: each enrolment is an assignment of its own, and its secrets are for their owner alone', async () => {
      const [first, second] = [anEmptyFolder(), anEmptyFolder()];
      const ids = await Promise.all(
        [first, second].map(async (place) => {
          const run = succeeded(await enrol({ place }, backend.address, 'DEMO-FEST'));
          return tillStatusSchema.parse(run.steps.at(-1)?.details).assignmentId;
        }),
      );
      expect(new Set(ids).size).toBe(2);
      expect(fs.statSync(path.join(first, 'secrets.json')).mode & 0o777).toBe(0o600);
    });

    test('Q52: in an edition that keeps its balances in accounts a blank tag pays, and is not issued: MODE_UNSUPPORTED, 5', async () => {
      const place = anEmptyFolder();
      succeeded(await enrol({ place }, backend.address, 'DEMO-CANTEEN'));
      const said: string[] = [];
      for (const command of [
        ['topup', '--amount', '20.00', '--method', 'cash'],
        ['sell', '--amount', '4.50'],
        ['balance'],
      ]) {
        const run = await klinkForPeople([...command, ...simulated, '--data', place]);
        expect({ command, exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 0 });
        said.push(run.stdout.trimEnd().replace(/[0-9A-F]{14}/, 'UID'));
      }
      expect(said).toEqual([
        'Topped up 20.00 GBP. Balance 0.00 → 20.00.',
        'Sold 4.50 GBP. Balance 20.00 → 15.50.',
        'Balance 15.50 GBP of tag UID.',
      ]);
      const status = await klinkForPeople(['status', '--data', place]);
      expect(status.stdout).toMatch(/Exposure +0\.00 of at most 300\.00 GBP/);
      expectFault(await klink(['issue', ...simulated, '--data', place]), 5, 'MODE_UNSUPPORTED');
    });
  });

  describe('before enrolment', () => {
    test.each([
      ['issue', ...simulated],
      ['balance', ...simulated],
      ['topup', '--amount', '5.00', ...simulated],
      ['sell', '--amount', '5.00', ...simulated],
      ['replicate', '--until-empty'],
      ['status'],
    ])('%s: NOT_ENROLLED, 5', async (...command) => {
      expectFault(await klink([...command, '--data', anEmptyFolder()]), 5, 'NOT_ENROLLED');
    });
  });

  describe('sell and topup', () => {
    test('a product that is not there: PRODUCT_UNKNOWN, 2', async () => {
      const args = ['sell', '--item', 'no-such-thing', ...simulated, '--data', aCopy()];
      expectFault(await klink(args), 2, 'PRODUCT_UNKNOWN');
    });

    test.each([['1.234'], ['0'], ['0.00'], ['99999999']])('an amount of %s: AMOUNT_INVALID, 2', async (amount) => {
      const args = ['sell', '--amount', amount, ...simulated, '--data', charged.place];
      expectFault(await klink(args), 2, 'AMOUNT_INVALID');
    });

    test('more than the event allows at once: AMOUNT_LIMIT, 3', async () => {
      const args = ['topup', '--amount', '500.01', ...simulated, '--data', aCopy()];
      expectFault(await klink(args), 3, 'AMOUNT_LIMIT');
    });

    test('less than the fee: AMOUNT_BELOW_FEE, 3', async () => {
      const args = ['topup', '--amount', '5.00', ...simulated, '--data', aCopy()];
      expectFault(await klink(args), 3, 'AMOUNT_BELOW_FEE');
    });

    test('a tag that is already one of ours is not issued again: TAG_ALREADY_ISSUED, 3', async () => {
      expectFault(await klink(['issue', ...simulated, '--data', aCopy()]), 3, 'TAG_ALREADY_ISSUED');
    });
  });

  describe('replicate', () => {
    test('no backend there: BACKEND_UNREACHABLE, 5, and nothing is lost', async () => {
      const proxy = await startRecordingProxy(backend.address);
      const place = anEmptyFolder();
      succeeded(await enrol({ place }, proxy.address, 'DEMO-FEST'));
      succeeded(await klink(['issue', ...simulated, '--data', place]));
      await proxy.close();
      expectFault(
        await klink(['replicate', '--until-empty', '--timeout', '2', '--data', place]),
        5,
        'BACKEND_UNREACHABLE',
      );
      const status = succeeded(await klink(['status', '--data', place])).steps.at(-1);
      expect(tillStatusSchema.parse(status?.details)).toMatchObject({ unsentCount: 1, halted: null });
    });

    test('entries the backend rejects: ENTRIES_REJECTED, 6; they are acknowledged and counted', async () => {
      // A healthy till sends nothing a backend rejects, so the answer is changed on its way.
      const proxy = await startRecordingProxy(backend.address, ({ path: address, answer }) => {
        if (!address.includes('/batches/')) return answer;
        const { results, seal } = batchAnswerSchema.parse(JSON.parse(answer));
        const error = { code: 'UNKNOWN_ACCOUNT', message: 'no such merchant' };
        return JSON.stringify({ seal, results: results.map(({ seq }) => ({ seq, outcome: 'rejected', error })) });
      });
      const place = anEmptyFolder();
      succeeded(await enrol({ place }, proxy.address, 'DEMO-FEST'));
      succeeded(await klink(['issue', ...simulated, '--data', place]));
      expectFault(await klink(['replicate', '--until-empty', '--data', place]), 6, 'ENTRIES_REJECTED');
      const status = succeeded(await klink(['status', '--data', place])).steps.at(-1);
      expect(tillStatusSchema.parse(status?.details)).toMatchObject({ unsentCount: 0, rejectedCount: 1 });
      await proxy.close();
    });
  });

  describe('export', () => {
    test('writes the whole journal, whose chain anybody can follow, and no secret', async () => {
      const file = path.join(anEmptyFolder(), 'journal.jsonl');
      succeeded(await klink(['export', '--file', file, '--data', charged.place]));
      const text = fs.readFileSync(file, 'utf8');
      const entries = linesOf(text);
      expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, at) => at + 1));
      expect(entries.length).toBeGreaterThan(1);
      for (const [at, entry] of entries.entries()) {
        const previous = entries[at - 1];
        if (previous !== undefined) expect(entry.hash).toBe(hashAfter(previous.hash, entry));
      }
      const secrets = fs.readFileSync(path.join(charged.place, 'secrets.json'), 'utf8');
      for (const secret of secrets.match(/[0-9A-Za-z+/_-]{32,}/g) ?? ['nothing secret was found']) {
        expect(text).not.toContain(secret);
      }
    });

    test('goes to standard output without --file, and step by step with --json', async () => {
      const plain = await klinkForPeople(['export', '--data', charged.place]);
      const steps = succeeded(await klink(['export', '--data', charged.place])).steps;
      const entries = linesOf(plain.stdout);
      expect(steps.map(({ event, details }) => ({ event, entry: details?.['entry'] }))).toEqual(
        entries.map((entry) => ({ event: 'exported', entry })),
      );
    });

    test('ingest rule 2: a till whose journal is forked sells no more, with 5, and still gives its journal', async () => {
      const original = kept(copyFolder(charged.place, 'till-copy')).place;
      const restored = kept(copyFolder(charged.place, 'till-copy')).place;
      for (const [place, amount] of [
        [original, '1.00'],
        [restored, '2.00'],
      ] as const) {
        succeeded(await klink(['sell', '--amount', amount, ...simulated, '--data', place]));
      }
      succeeded(await klink(['replicate', '--until-empty', '--data', original]));
      expectFault(await klink(['replicate', '--until-empty', '--data', restored]), 5, 'JOURNAL_FORKED');
      expectFault(await klink(['sell', '--amount', '1.00', ...simulated, '--data', restored]), 5, 'JOURNAL_FORKED');
      const status = succeeded(await klink(['status', '--data', restored])).steps.at(-1);
      expect(tillStatusSchema.parse(status?.details).halted?.code).toBe('JOURNAL_FORKED');
      const exported = succeeded(await klink(['export', '--data', restored])).steps;
      expect(exported.length).toBeGreaterThan(3);
      // The original goes on: the fork is the copy's fault alone.
      succeeded(await klink(['sell', '--amount', '1.00', ...simulated, '--data', original]));
      succeeded(await klink(['replicate', '--until-empty', '--data', original]));
    });
  });

  describe('backend', () => {
    test('a port that is taken: 5 with the reason', async () => {
      const port = new URL(backend.address).port;
      const run = await klink(['backend', '--demo', '--port', port, '--data', anEmptyFolder()]);
      expectFault(run, 5, 'BACKEND_FAULT');
      expect(run.steps.at(-1)?.error?.message).toMatch(/EADDRINUSE|in use/);
    });
  });

  describe('backend, alone on a folder', () => {
    async function started(place: string, port = '0'): Promise<RunningKlink> {
      const wrapper = ['setpriv', '--pdeathsig', 'TERM'];
      const running = startKlink(['backend', '--demo', '--port', port, '--data', place], { wrapper });
      await running.step('backendStarted', ({ event }) => event === 'backendStarted');
      return running;
    }

    test('a second backend on its folder is refused with 5; SIGTERM ends the first with 0', async () => {
      const place = anEmptyFolder();
      const first = await started(place);
      const second = await klink(['backend', '--demo', '--port', '0', '--data', place]);
      expectFault(second, 5, 'BACKEND_FAULT');
      first.signal('SIGTERM');
      expect(await first.ended).toMatchObject({ exitCode: 0 });
    });

    test('killed, it starts again on the same folder and knows the tills it had', async () => {
      const place = anEmptyFolder();
      const till = anEmptyFolder();
      const first = await started(place);
      const { details } = await first.step('backendStarted', ({ event }) => event === 'backendStarted');
      succeeded(await enrol({ place: till }, String(details?.['address']), 'DEMO-FEST'));
      succeeded(await klink(['issue', ...simulated, '--data', till]));
      first.signal('SIGKILL');
      await first.ended;
      const port = new URL(String(details?.['address'])).port;
      const again = await started(place, port);
      succeeded(await klink(['replicate', '--until-empty', '--data', till]));
      again.signal('SIGTERM');
      expect(await again.ended).toMatchObject({ exitCode: 0 });
    });
  });

  describe('cleanup', () => {
    test('finds nothing on a healthy till: 0, without a reader', async () => {
      const run = succeeded(await klink(['cleanup', '--data', charged.place]));
      expect(run.steps).toMatchObject([{ event: 'cleanup', details: { committed: 0, aborted: 0, unknown: 0 } }]);
    });
  });
});

function linesOf(text: string): readonly JournalEntry[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => journalEntrySchema.parse(JSON.parse(line)));
}

/** protocol.md, "Journal", computed here once more. */
function hashAfter(previous: string, { seq, kind, at, payload }: JournalEntry): string {
  return createHash('sha256')
    .update([previous, seq, kind, at, canonicalize(payload)].join('\n'))
    .digest('hex');
}
