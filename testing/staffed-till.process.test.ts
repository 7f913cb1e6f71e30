/**
 * Goal: a day at a till with cashiers, on the command line: nobody works unnamed, a supervisor confirms, the drawer is
 * counted blindly, training leaves no trace, and PINs are nowhere to be read.
 * Method: the real `klink` with the simulated reader on a folder of an enrolled till whose backend is out of reach.
 */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closedShiftSchema, shiftReportSchema } from '../contract/ipc/shift.ts';
import { SecretFile } from '../terminal-core/store/secret-file.ts';
import { openTillDatabase } from '../terminal-core/store/till-database.ts';
import { type KlinkRun, klink, klinkForPeople } from './klink/run-klink.ts';
import { makeFolder, type TestFolder } from './klink/test-folder.ts';
import { assignment, secrets } from './till/festival.ts';
import { anna, pinHashOf, staffed } from './till/staff.ts';

/** Long enough not to be found anywhere by chance. */
const annaPin = '482915730164';
const suePin = '930471652817';
const cashiers = staffed.cashiers.map((cashier) =>
  cashier.role === 'supervisor'
    ? { ...cashier, pinHash: pinHashOf(suePin) }
    : { ...cashier, pinHash: pinHashOf(cashier.cashierId === anna.cashierId ? annaPin : '55555555') },
);

let folder: TestFolder;

beforeAll(async () => {
  folder = makeFolder('staffed-till');
  const opened = openTillDatabase(folder.place);
  if (!opened.ok) throw new Error(opened.fault.code);
  opened.value.assignments.saveAssignment(assignment, '2026-07-04T20:15:00.000Z');
  opened.value.assignments.saveConfiguration('"1"', { ...staffed, cashiers }, '2026-07-04T20:15:00.000Z');
  opened.value.close();
  await new SecretFile(folder.place).save(secrets);
});

afterAll(() => folder.remove());

const place = () => ['--data', folder.place];
const simulated = () => [...place(), '--reader', 'simulated', '--timeout', '10'];
const asAnna = { KLINK_PIN: annaPin };
const confirmed = { ...asAnna, KLINK_SUPERVISOR_PIN: suePin };
const lastOf = (run: KlinkRun) => run.steps.at(-1);

async function refusedWith(code: string, args: readonly string[], env: Record<string, string>): Promise<void> {
  const run = await klink(args, { env });
  expect({ exitCode: run.exitCode, step: lastOf(run) }).toMatchObject({ exitCode: 3, step: { error: { code } } });
}

async function done(args: readonly string[], env: Record<string, string>): Promise<KlinkRun> {
  const run = await klink(args, { env });
  expect({ exitCode: run.exitCode, said: run.stdout }).toMatchObject({ exitCode: 0 });
  return run;
}

describe('a till with cashiers', () => {
  test('nothing without a login, nor with a wrong PIN, which is answered late', async () => {
    await refusedWith('LOGIN_NEEDED', ['issue', ...simulated()], {});
    const startedMs = performance.now();
    await refusedWith('CASHIER_UNKNOWN', ['issue', ...simulated()], { KLINK_PIN: '000000000000' });
    expect(performance.now() - startedMs).toBeGreaterThan(1_000);
    await refusedWith('SHIFT_NEEDED', ['topup', '--amount', '100.00', ...simulated()], asAnna);
  });

  test('a shift from the float to the blind count', async () => {
    await done(['shift', 'open', '--float', '200.00', ...place()], asAnna);
    await refusedWith('SHIFT_OPEN', ['shift', 'open', '--float', '0', ...place()], asAnna);
    await done(['issue', ...simulated()], asAnna);
    await done(['topup', '--amount', '100.00', ...simulated()], asAnna);
    await done(['sell', '--item', 'beer:2', ...simulated()], asAnna);
    await refusedWith('SUPERVISOR_NEEDED', ['refund', '--amount', '20.00', ...simulated()], asAnna);
    await done(['refund', '--amount', '20.00', ...simulated()], confirmed);

    const blind = shiftReportSchema.parse(lastOf(await done(['shift', 'report', ...place()], asAnna))?.details);
    expect(blind).toMatchObject({ sales: { count: 1, amountMinor: 1_200 }, cash: null });
    const open = shiftReportSchema.parse(
      lastOf(await done(['shift', 'report', ...place()], { KLINK_PIN: suePin }))?.details,
    );
    expect(open.cash).toMatchObject({ expectedMinor: 28_000 });

    const closed = lastOf(await done(['shift', 'close', '--counted', '279.50', ...place()], asAnna));
    expect(closed?.event).toBe('shiftClosed');
    expect(closedShiftSchema.parse(closed?.details)).toMatchObject({ zNumber: 1, differenceMinor: -50 });
    await refusedWith('SHIFT_NOT_OPEN', ['shift', 'report', ...place()], asAnna);
  });

  test('a person reads the Z report', async () => {
    await done(['shift', 'open', '--float', '0', ...place()], asAnna);
    const { exitCode, stdout } = await klinkForPeople(['shift', 'close', '--counted', '0', ...place()], {
      env: asAnna,
    });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Z number +2\n/);
    expect(stdout).toMatch(/^Difference +0\.00 CHF$/m);
  });

  test('training: a tag that is worth something there is worth nothing here', async () => {
    const before = lastOf(await done(['status', ...place()], {}))?.details;
    const training = [...place(), '--training', '--timeout', '10'];
    await done(['shift', 'open', '--float', '0', ...place(), '--training'], asAnna);
    await done(['issue', ...training], asAnna);
    await done(['topup', '--amount', '100.00', ...training], asAnna);
    await refusedWith('TRAINING', ['replicate', ...place(), '--training'], {});
    const trained = lastOf(await done(['status', ...place(), '--training'], {}))?.details;
    expect(trained).toMatchObject({ lastTerminalTransactionNumber: 1 });
    expect(lastOf(await done(['status', ...place()], {}))?.details).toEqual(before);

    const drawer = path.join(folder.place, 'simulated-tags.json');
    fs.copyFileSync(path.join(folder.place, 'training', 'simulated-tags.json'), drawer);
    await refusedWith('TAG_FORGED', ['balance', ...simulated()], asAnna);
  });

  test('no PIN is in any file of the folder', () => {
    const files = fs.readdirSync(folder.place, { recursive: true, encoding: 'utf8', withFileTypes: true });
    const contents = files.filter((file) => file.isFile()).map((file) => path.join(file.parentPath, file.name));
    expect(contents.length).toBeGreaterThan(3);
    for (const file of contents) {
      const bytes = fs.readFileSync(file);
      for (const pin of [annaPin, suePin]) expect(bytes.includes(pin)).toBe(false);
    }
  });
});
