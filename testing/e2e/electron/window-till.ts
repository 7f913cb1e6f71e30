import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import Database from 'better-sqlite3';
import type { EnrolmentAnswer } from '../../../contract/wire/enrolment.ts';
import type { DemoBackendView } from '../../klink/demo-backend.ts';
import { klink } from '../../klink/run-klink.ts';
import type { WitnessedTag } from '../../klink/tag-witness.ts';
import { makeFolder, type TestFolder } from '../../klink/test-folder.ts';
import { type Application, nextCustomer, startApplication, typeAmount } from './application.ts';
import { DrawerWitness } from './drawer-witness.ts';
import { Wristbands } from './wristbands.ts';

export const demoFestival = 1;
export const demoCanteen = 2;

const run = promisify(execFile);

/** A result that is looked at must not go away by itself meanwhile. */
const patientSettings = { doneMs: 60_000 };

interface WindowTillOptions {
  readonly code?: 'DEMO-FEST' | 'DEMO-CANTEEN';
  readonly name?: string;
  /** Of `till.json`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly folder?: TestFolder;
}

/**
 * An enrolled till with a window, for tests that go on after the window has gone: the folder outlives the application. What
 * is on a wristband is read from the drawer's file by a reader of the tests' own, not by the till.
 */
export class WindowTill {
  readonly folder: TestFolder;
  readonly wristbands = new Wristbands(() => this.application);
  readonly #drawer: DrawerWitness;
  #application: Application | null = null;

  private constructor(folder: TestFolder, keySets: EnrolmentAnswer['edition']['keySets']) {
    this.#drawer = new DrawerWitness(folder.place, keySets);
    this.folder = folder;
  }

  static async enrol(backend: DemoBackendView, options: WindowTillOptions = {}): Promise<WindowTill> {
    const { code = 'DEMO-FEST', name = 'Bar 1', settings = {}, folder = makeFolder('window') } = options;
    const enrolled = await klink([
      ...['enrol', '--backend', backend.address, '--code', code, '--name', name],
      ...['--data', folder.place],
    ]);
    expect(enrolled.exitCode, enrolled.stderr).toBe(0);
    writeFileSync(path.join(folder.place, 'till.json'), JSON.stringify({ ...patientSettings, ...settings }));
    // Asked for once, because a test may stop the backend.
    const { edition } = await backend.enrolWitness(code);
    return new WindowTill(folder, edition.keySets);
  }

  get application(): Application {
    if (this.#application === null) throw new Error('the window of this till is not open');
    return this.#application;
  }

  /** Opens the window; what it shows first is the test's to look at. */
  async open(flags: readonly string[] = ['--reader', 'simulated'], env: Readonly<Record<string, string>> = {}) {
    this.#application = await startApplication(this.folder.place, flags, env);
    // A key pressed before the window listens is lost.
    await expect(this.#application.page.getByTestId('till-state')).toBeVisible();
    return this.#application;
  }

  async close(): Promise<void> {
    await this.#application?.close();
    this.#application = null;
  }

  /** Closes the window if it is open and takes the folder away. */
  async dispose(): Promise<void> {
    await this.close();
    this.folder.remove();
  }

  /** Sells a free amount and stays on its end. */
  async sell(label: string, amountMinor: number): Promise<void> {
    await typeAmount(this.application, 'F2', amountMinor);
    await this.application.page.keyboard.press('Enter');
    await this.application.expectScreen('tap');
    await this.wristbands.tap(label);
  }

  /** The same, and on to the next customer. */
  async sellOne(label: string, amountMinor: number): Promise<void> {
    await this.sell(label, amountMinor);
    await nextCustomer(this.application);
  }

  /** Presses the tile of the menu whose name begins so; the menu is opened where it is not. */
  async choose(name: string): Promise<void> {
    const { page } = this.application;
    const tile = page.getByRole('button', { name: new RegExp(`^${name}`) });
    if (!(await tile.isVisible())) await page.keyboard.press('F10');
    await tile.click();
  }

  /** What is on the wristband, for somebody who holds the edition's keys; null where it holds nothing that is right. */
  witness(label: string): WitnessedTag | null {
    return this.#drawer.witness(label);
  }

  /** All of the chip's memory, in hex. */
  memory(label: string): string {
    return this.#drawer.memory(label);
  }

  uid(label: string): string {
    return this.#drawer.uid(label);
  }

  /** The database's file, of the till or of what it was before it was set aside; the till has to be closed or halted. */
  databaseBytes(folder = this.folder.place): Buffer {
    return readFileSync(path.join(folder, 'till.db'));
  }

  overwriteDatabase(bytes: Buffer): void {
    writeFileSync(path.join(this.folder.place, 'till.db'), bytes);
  }

  /** What `Start with new data` has kept, oldest first. */
  foldersSetAside(): readonly string[] {
    const names = readdirSync(this.folder.place).filter((name) => name.startsWith('set-aside-'));
    return names.sort().map((name) => path.join(this.folder.place, name));
  }

  /** Every entry as it lies in the database. */
  journal(folder = this.folder.place): readonly unknown[] {
    const database = new Database(path.join(folder, 'till.db'), { readonly: true });
    try {
      return database.prepare('SELECT * FROM journal ORDER BY seq').all();
    } finally {
      database.close();
    }
  }

  /** Makes the last journalled transaction cheaper, as somebody could who knows the database and not the chain. */
  forgeLastSale(): void {
    const database = new Database(path.join(this.folder.place, 'till.db'));
    const guard = database
      .prepare<[], string>("SELECT sql FROM sqlite_schema WHERE name = 'journal_fixed'")
      .pluck()
      .get();
    database.exec('DROP TRIGGER journal_fixed');
    const last = "seq = (SELECT max(seq) FROM journal WHERE kind = 'transaction')";
    database.exec(
      `UPDATE journal SET payload = replace(payload, '"amountMinor":550', '"amountMinor":50') WHERE ${last}`,
    );
    database.exec(guard ?? '');
    database.close();
  }

  /** Process ids of the till host and the reader host, in this order; fewer while one is being started. */
  async hostProcesses(): Promise<readonly number[]> {
    const main = this.application.electron.process().pid;
    const { stdout } = await run('ps', ['--ppid', String(main), '-o', 'pid=,args=']);
    const lines = stdout.split('\n');
    return ['till-host.js', 'reader-host.js'].flatMap((name) => {
      const line = lines.find((candidate) => candidate.includes(name));
      return line === undefined ? [] : [Number.parseInt(line, 10)];
    });
  }
}

/**
 * What has been booked since now, so that several tests can share one backend: minor units by canonical account name,
 * zero left out. The books as a whole have to agree every time they are looked at.
 */
export async function ledgerFrom(backend: DemoBackendView, editionId: number = demoFestival) {
  const before = await backend.totals(editionId);
  return {
    async expectBooked(expected: Readonly<Record<string, number>>): Promise<void> {
      const after = await backend.totals(editionId);
      const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
      const moved = names.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)] as const);
      expect(Object.fromEntries(moved.filter(([, amountMinor]) => amountMinor !== 0))).toEqual(expected);
      expect((await backend.coherence(editionId)).findings).toBe(0);
    },
  };
}
