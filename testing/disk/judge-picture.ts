import fs from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import { SecretFile } from '../../terminal-core/store/secret-file.ts';
import { loadSettings } from '../../terminal-core/store/settings-file.ts';
import { bookedRows, faultsOfBooks, witnessedTags } from '../till/books.ts';
import { topUp } from '../till/flows.ts';
import { InProcessTill } from '../till/in-process-till.ts';
import { makeMemoryFolder } from '../till/memory-folder.ts';
import { drawerName } from './recording.ts';
import type { Told } from './told.ts';

/** What is left of a till after a power cut, beside what nobody has forgotten. */
export interface Picture {
  readonly files: ReadonlyMap<string, Buffer>;
  /** The wristbands, which lose nothing; null before there were any. */
  readonly drawer: Buffer | null;
  /** Everything the till has told anybody before. */
  readonly told: readonly Told[];
  /** What a setting may be besides what was told last: its change was under way. */
  readonly tapsUnderWay: number | null;
}

/**
 * Starts a till on the picture and lets it go on. Everything it has told has to be so, nothing may be half, the cleanup has
 * to end every row as the wristband says (requirements 3.2), and every wristband has to be served again.
 * @returns what is not so; empty where all is
 */
export async function judgePicture({ files, drawer, told, tapsUnderWay }: Picture): Promise<readonly string[]> {
  const folder = makeMemoryFolder();
  for (const [file, bytes] of files) if (!isOfTheMoment(file)) fs.writeFileSync(path.join(folder, file), bytes);
  if (drawer !== null) fs.writeFileSync(path.join(folder, drawerName), drawer);
  const faults = [...settingsFaults(folder, told, tapsUnderWay), ...secretFaults(folder, told)];
  let till: InProcessTill | null = null;
  try {
    till = new InProcessTill({ folder, assignment: null });
    faults.push(...databaseFaults(till.database, told), ...faultsOnTags(till));
    if (till.assignments.assignment()) faults.push(...(await faultsOfGoingOn(till)));
    else if (told.length > 0) faults.push('the assignment is gone');
  } catch (error) {
    faults.push(`the till does not start or go on: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    if (till === null) fs.rmSync(folder, { recursive: true, force: true });
    else till.close();
  }
  return faults;
}

/** The lock and SQLite's index of the write-ahead log are made anew by whoever opens them first. */
function isOfTheMoment(file: string): boolean {
  return file.startsWith('lock.') || file.endsWith('-shm');
}

function settingsFaults(folder: string, told: readonly Told[], underWay: number | null): readonly string[] {
  const settings = loadSettings(folder);
  if (!settings.ok) return [`settings: ${settings.fault.code}`];
  const kept = told.findLast((one) => one.kind === 'taps')?.taps ?? 1;
  const found = settings.value.checkoutTaps;
  return found === kept || found === underWay ? [] : [`a till of ${kept} taps has ${found}`];
}

function secretFaults(folder: string, told: readonly Told[]): readonly string[] {
  const secrets = new SecretFile(folder).load();
  if (!secrets.ok) return [`secrets: ${secrets.fault.code}`];
  return secrets.value === null && told.some(({ kind }) => kind === 'enrolled') ? ['the token is gone'] : [];
}

function databaseFaults(database: Database.Database, told: readonly Told[]): readonly string[] {
  const check = database.pragma('integrity_check', { simple: true });
  const rows = bookedRows(database);
  const stateOf = (number: number) => rows.find((row) => row.number === number)?.state ?? 'gone';
  const hashAt = database.prepare<[number], string>('SELECT hash FROM journal WHERE seq = ?').pluck();
  const untrue = told.flatMap((one): readonly string[] => {
    if (one.kind === 'committed' && stateOf(one.number) !== 'Committed')
      return [`${one.number} was told to be Committed and is ${stateOf(one.number)}`];
    if (one.kind === 'heard' && hashAt.get(one.seq) !== one.hash) return [`entry ${one.seq} was sent and is not there`];
    return [];
  });
  const open = rows.filter(({ state }) => state === 'Open' || state === 'TerminalConfirmStarted');
  return [
    ...(check === 'ok' ? [] : [`integrity_check: ${String(check)}`]),
    ...faultsOfBooks(database),
    ...untrue,
    ...open.map(({ number, state }) => `after the cleanup of the start ${number} is ${state}`),
  ];
}

/** Nothing may be on a wristband of which its till knows nothing. */
function faultsOnTags(till: InProcessTill): readonly string[] {
  const rows = bookedRows(till.database);
  return [...witnessedTags(till.folder)].flatMap(([uid, shown]) =>
    (shown?.history ?? []).flatMap(({ terminalTransactionNumber: number, amountMinor }) => {
      const row = rows.find((one) => one.number === number);
      return row?.uid === uid && row.deltaMinor === amountMinor
        ? []
        : [`${uid} holds ${number}, which the till has not`];
    }),
  );
}

/** Each wristband that was issued is topped up: what was open of it is decided first, and then the books are its own. */
async function faultsOfGoingOn(till: InProcessTill): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const [index, [uid, before]] of [...witnessedTags(till.folder)].entries()) {
    if (before === null) continue;
    const outcome = await topUp(till, 20_00, index);
    const result = outcome.ok ? outcome.value.result : outcome.fault.code;
    if (result !== 'committed') faults.push(`a top-up of ${uid} afterwards: ${result}`);
    const shown = witnessedTags(till.folder).get(uid);
    const own = bookedRows(till.database).filter((row) => row.uid === uid);
    const committed = own.filter(({ state }) => state === 'Committed');
    const [onTill, onTag] = [
      { balance: committed.reduce((sum, { deltaMinor }) => sum + deltaMinor, 0), number: committed.length },
      { balance: shown?.balanceMinor, number: shown?.transactionNumber },
    ];
    if (onTill.balance !== onTag.balance || onTill.number !== onTag.number)
      faults.push(`${uid}: ${JSON.stringify({ onTill, onTag })}`);
    const undecided = own.filter(({ state }) => state === 'TerminalConfirmUnknown');
    faults.push(...undecided.map(({ number }) => `${number} is still unknown with its wristband at hand`));
  }
  return [...faults, ...faultsOfBooks(till.database)];
}
