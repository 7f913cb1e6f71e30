import path from 'node:path';
import Database from 'better-sqlite3';
import type { OperationAnswer } from '../../contract/ipc/operations.ts';
import { type Called, LiveTill } from '../klink/live-till.ts';
import { copyFolder, makeFolder, type TestFolder } from '../klink/test-folder.ts';
import { bookedRows, faultsOfBooks, witnessedTags } from '../till/books.ts';
import { drawerName } from './recording.ts';
import { startSessionBackend } from './session-backend.ts';
import { WatchedDisk } from './watched-disk.ts';

const tap = { firstTagOnly: true, timeoutMs: 20_000 } as const;

export const deeds = ['sale', 'top-up', 'refund'] as const;
export type Deed = (typeof deeds)[number];
const deltas: Readonly<Record<Deed, number>> = { sale: -5_50, 'top-up': 15_00, refund: -5_50 };

/** A deed on a disk that takes so many more writes, and half of the next one or nothing of it. */
export interface FullDiskRow {
  readonly deed: Deed;
  readonly writesLeft: number;
  readonly takesHalf: boolean;
}

export interface FullDiskReport extends FullDiskRow {
  /** What the cashier was told while the disk was full. */
  readonly told: string;
  /** What the row was on the disk then, and what became of it once there was room. */
  readonly left: string;
  /** What a start was told while the disk was still full. */
  readonly startedFull: string;
  readonly end: string;
  readonly complaints: readonly string[];
}

/** A till with one wristband of 95.00, its network gone: what every row begins with, each on a copy. */
export async function prepareTill(): Promise<TestFolder> {
  const folder = makeFolder('disk-full');
  const backend = await startSessionBackend(() => undefined);
  await withTill(folder, {}, async (till) => {
    await till.ask('enrol', { backendUrl: backend.server.url, code: 'ONE', terminalName: 'Bar 1' });
    await shown(till, till.call('issue', tap));
    await shown(till, till.call('topUp', { ...tap, amountMinor: 100_00, method: 'cash' }));
  });
  await backend.server.close();
  return folder;
}

/** How often an undisturbed deed writes to the disk. */
export async function countWrites(prepared: TestFolder, deed: Deed): Promise<number> {
  return onCopy(prepared, (folder, disk) =>
    withTill(folder, disk.environment, async (till) => {
      const before = disk.writeCount;
      await undergo(till, deed, () => undefined);
      return disk.writeCount - before;
    }),
  );
}

/** One row: the deed while the disk fills up, a start while it is full, and then there is room again. */
export async function fillDisk(prepared: TestFolder, row: FullDiskRow): Promise<FullDiskReport> {
  return onCopy(prepared, (folder, disk) => new FullDisk(folder, disk, row).run());
}

class FullDisk {
  readonly #folder: TestFolder;
  readonly #disk: WatchedDisk;
  readonly #row: FullDiskRow;
  readonly #complaints: string[] = [];
  readonly #before: Image;

  constructor(folder: TestFolder, disk: WatchedDisk, row: FullDiskRow) {
    this.#folder = folder;
    this.#disk = disk;
    this.#row = row;
    this.#before = imageOn(folder);
  }

  async run(): Promise<FullDiskReport> {
    const { deed, writesLeft, takesHalf } = this.#row;
    const told = await withTill(this.#folder, this.#disk.environment, async (till) => {
      const code = await undergo(till, deed, () => this.#disk.fillAfter(writesLeft, takesHalf));
      // It says so and ends by itself: the next one begins with the cleanup.
      if (code === 'DISK_FULL') await till.tillHost.ended;
      return code;
    });
    const left = this.#lastState();
    const written = imageOn(this.#folder);
    this.#expect(
      'the wristband holds the old or the whole new image',
      this.#isOld(written) || this.#isNew(written),
      written,
    );
    if (told === 'committed') this.#expect('what is called committed is written', this.#isNew(written), written);
    const startedFull = await this.#startWhileFull(written);
    this.#disk.makeRoom();
    return { ...this.#row, told, left, startedFull, end: await this.#goOn(written), complaints: this.#complaints };
  }

  #expect(rule: string, holds: boolean, found: unknown): void {
    if (!holds) this.#complaints.push(`${rule}: ${JSON.stringify(found)}`);
  }

  /** It may start, or say why it does not; the wristband is not its to touch. */
  async #startWhileFull(written: Image): Promise<string> {
    const told = await withTill(this.#folder, this.#disk.environment, () => Promise.resolve('started')).catch(
      (error: unknown) => /"code":"(\w+)"/.exec(String(error))?.[1] ?? String(error),
    );
    this.#expect('a start on a full disk says why it is none', told === 'started' || told === 'DISK_FULL', told);
    this.#expect('a start on a full disk writes no wristband', same(imageOn(this.#folder), written), told);
    return told;
  }

  /** The same wristband is shown again: what was open is decided, and the same deed goes through. */
  async #goOn(written: Image): Promise<string> {
    const rowsBefore = this.#rows().length;
    const again = await withTill(this.#folder, this.#disk.environment, (till) =>
      undergo(till, this.#row.deed, () => undefined),
    );
    this.#expect('with room again the same deed goes through', again === 'committed', again);
    const rows = this.#rows();
    const committed = rows.filter(({ state }) => state === 'Committed');
    const image = imageOn(this.#folder);
    const onTill = {
      balanceMinor: committed.reduce((sum, { deltaMinor }) => sum + deltaMinor, 0),
      number: committed.length,
    };
    this.#expect('till and wristband agree', same(image, onTill), { image, onTill });
    const deed = rows[rowsBefore - 1];
    const isDeed = rowsBefore > 1;
    const wanted = this.#isNew(written) ? 'Committed' : isDeed ? 'Aborted' : undefined;
    this.#expect('it ends as the wristband says', (isDeed ? deed?.state : undefined) === wanted, rows);
    return isDeed ? (deed?.state ?? 'gone') : 'never begun';
  }

  #rows() {
    return onDatabase(this.#folder, (database) => {
      this.#complaints.push(...faultsOfBooks(database));
      return bookedRows(database);
    });
  }

  #lastState(): string {
    const rows = this.#rows();
    return rows.length === 1 ? 'nothing' : (rows.at(-1)?.state ?? 'nothing');
  }

  #isOld(image: Image): boolean {
    return same(image, this.#before);
  }

  #isNew({ balanceMinor, number }: Image): boolean {
    const { balanceMinor: before, number: numberBefore } = this.#before;
    return number === (numberBefore ?? 0) + 1 && balanceMinor === (before ?? 0) + deltas[this.#row.deed];
  }
}

interface Image {
  readonly balanceMinor: number | undefined;
  readonly number: number | undefined;
}

function same(one: Image, other: Image): boolean {
  return one.balanceMinor === other.balanceMinor && one.number === other.number;
}

/** What the only wristband that was issued holds, by the witness. */
function imageOn({ place }: TestFolder): Image {
  const shown = [...witnessedTags(place).values()].find((tag) => tag !== null);
  return { balanceMinor: shown?.balanceMinor, number: shown?.transactionNumber };
}

async function onCopy<Value>(
  prepared: TestFolder,
  work: (folder: TestFolder, disk: WatchedDisk) => Promise<Value>,
): Promise<Value> {
  const folder = copyFolder(prepared.place, 'disk-full-row');
  const disk = new WatchedDisk(folder.place, drawerName);
  try {
    return await work(folder, disk);
  } finally {
    disk.close();
    folder.remove();
  }
}

/** A copy is read, because opening a database on a full disk would already change it. */
function onDatabase<Value>({ place }: TestFolder, read: (database: Database.Database) => Value): Value {
  const copy = copyFolder(place, 'disk-full-looked-at');
  const database = new Database(path.join(copy.place, 'till.db'));
  try {
    return read(database);
  } finally {
    database.close();
    copy.remove();
  }
}

/** The hosts run for as long as the work does, however it ends. @throws with the fault where they do not start */
async function withTill<Value>(
  { place }: TestFolder,
  environment: Readonly<Record<string, string>>,
  work: (till: LiveTill) => Promise<Value>,
): Promise<Value> {
  const till = await LiveTill.start({
    dataFolder: place,
    readerKind: 'simulated',
    replication: 'on-demand',
    environment,
  });
  try {
    return await work(till);
  } finally {
    await till.stop();
  }
}

/** @returns how it ended, or the code of the fault; `before` is done when the till waits for the wristband */
async function undergo(till: LiveTill, deed: Deed, before: () => void): Promise<string> {
  const amountMinor = deed === 'top-up' ? deltas[deed] + 5_00 : -deltas[deed];
  if (deed === 'sale') {
    await till.ask('clearCart', {});
    await till.ask('addAmountToCart', { amountMinor });
  }
  return shown(till, begin(till, deed, amountMinor), before);
}

function begin(till: LiveTill, deed: Deed, amountMinor: number): Promise<Called<OperationAnswer<'sell'>>> {
  switch (deed) {
    case 'sale':
      return till.call('sell', tap);
    case 'top-up':
      return till.call('topUp', { ...tap, amountMinor, method: 'cash' });
    case 'refund':
      return till.call('refund', { ...tap, amountMinor });
  }
}

/** Holds the first wristband of the drawer on the reader until the till has answered. */
async function shown(
  till: LiveTill,
  called: Promise<Called<OperationAnswer<'sell'>>>,
  before: () => void = () => undefined,
): Promise<string> {
  await till.seen('a wristband to be asked for', ({ screen }) => screen.screen === 'tap');
  const tagId = await till.until('a wristband in the drawer', () => till.drawer.tags[0]?.tagId ?? null);
  before();
  await till.simulate({ kind: 'hold', tagId });
  const answer = await called;
  const told = answer.ok ? answer.value.result : answer.fault.code;
  if (told !== 'DISK_FULL') await till.simulate({ kind: 'remove' });
  return told;
}
