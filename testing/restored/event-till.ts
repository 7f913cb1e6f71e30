import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { OperationAnswer, OperationName, OperationRequest, TillStatus } from '../../contract/ipc/operations.ts';
import { type Called, LiveTill } from '../klink/live-till.ts';
import { copyFolder, makeFolder, type TestFolder } from '../klink/test-folder.ts';

const databaseFile = 'till.db';
const drawerFile = 'simulated-tags.json';
const tap = { firstTagOnly: true, timeoutMs: 20_000 } as const;
const replicateTimeoutMs = 20_000;

/** The tags of a till's drawer as they are now: to carry them elsewhere, to clone them, or to put them back as they were. */
export type TagsInHand = Buffer;

type TapCall = 'issue' | 'topUp' | 'sell' | 'balance';

/**
 * One till of an event: the real hosts on simulated tags, started when they are needed. Between two runs its disk and its
 * customers' tags can be copied and put back, each apart from the other.
 */
export class EventTill {
  readonly #folder: TestFolder;
  readonly #replication: 'background' | 'on-demand';
  #live: LiveTill | null = null;

  private constructor(folder: TestFolder, replication: 'background' | 'on-demand' = 'on-demand') {
    this.#folder = folder;
    this.#replication = replication;
  }

  static async enrol(
    backendUrl: string,
    { name = 'Bar 1', replication = 'on-demand' }: { name?: string; replication?: 'background' | 'on-demand' } = {},
  ): Promise<EventTill> {
    const till = new EventTill(makeFolder('till'), replication);
    await till.asked('enrol', { backendUrl, code: 'DEMO-FEST', terminalName: name });
    return till;
  }

  /** With a tag of 95.00 whose top-up the backend has: terminal number 1, tag number 1. */
  static async charged(backendUrl: string): Promise<EventTill> {
    const till = await EventTill.enrol(backendUrl);
    await till.issued();
    await till.toppedUp(100_00);
    await till.replicated();
    return till;
  }

  get databasePlace(): string {
    return path.join(this.#folder.place, databaseFile);
  }

  async call<N extends OperationName>(name: N, request: OperationRequest<N>): Promise<Called<OperationAnswer<N>>> {
    return (await this.live()).call(name, request);
  }

  async asked<N extends OperationName>(name: N, request: OperationRequest<N>): Promise<OperationAnswer<N>> {
    return (await this.live()).ask(name, request);
  }

  async live(): Promise<LiveTill> {
    const { place: dataFolder } = this.#folder;
    this.#live ??= await LiveTill.start({ dataFolder, readerKind: 'simulated', replication: this.#replication });
    return this.#live;
  }

  async issued(): Promise<void> {
    expect(await this.tapped('issue', tap)).toMatchObject({ ok: true, value: { result: 'done' } });
  }

  async toppedUp(amountMinor: number): Promise<void> {
    const request = { ...tap, amountMinor, method: 'cash' } as const;
    expect(await this.tapped('topUp', request)).toMatchObject({ ok: true, value: { result: 'committed' } });
  }

  async sold(amountMinor: number): Promise<void> {
    expect(await this.sell(amountMinor)).toMatchObject({ ok: true, value: { result: 'committed' } });
  }

  async sell(amountMinor: number): Promise<Called<OperationAnswer<'sell'>>> {
    await this.asked('clearCart', {});
    await this.asked('addAmountToCart', { amountMinor });
    return this.tapped('sell', tap);
  }

  /** What the tag says of itself. */
  async shown(): Promise<{ uid: string; balanceMinor: number; transactionNumber: number | null }> {
    const looked = await this.tapped('balance', tap);
    const tag = looked.ok ? looked.value.step.tag : undefined;
    if (tag === undefined) throw new Error(`the tag cannot be read: ${JSON.stringify(looked)}`);
    return tag;
  }

  /** Asks for a tag and holds the first one of the drawer on the reader until the till has answered. */
  async tapped<N extends TapCall>(name: N, request: OperationRequest<N>): Promise<Called<OperationAnswer<N>>> {
    const live = await this.live();
    const answered = live.call(name, request);
    const waiting = live.seen('a tag to be asked for', ({ screen }) => screen.screen === 'tap').then(() => 'asked');
    if ((await Promise.race([waiting, answered.then(() => 'answered')])) === 'answered') return answered;
    // The reader host may still be about to show its drawer.
    const tagId = await live.until('a tag in the drawer', () => live.drawer.tags[0]?.tagId ?? null);
    await live.simulate({ kind: 'hold', tagId });
    const called = await answered;
    await live.simulate({ kind: 'remove' });
    return called;
  }

  replicate(): Promise<OperationAnswer<'replicate'>> {
    return this.asked('replicate', { untilEmpty: true, timeoutMs: replicateTimeoutMs });
  }

  /** Everything sent, taken and sealed. */
  async replicated(): Promise<void> {
    expect(await this.replicate()).toMatchObject({ rejectedCount: 0, unsentCount: 0, sealed: true, fault: null });
  }

  status(): Promise<TillStatus> {
    return this.asked('status', {});
  }

  /** The journal as `klink export` writes it: one entry a line. */
  async exported(): Promise<string> {
    const file = path.join(this.#folder.place, 'journal.jsonl');
    const { entryCount } = await this.asked('exportJournal', { file });
    const text = fs.readFileSync(file, 'utf8');
    expect(text.trimEnd().split('\n')).toHaveLength(entryCount);
    return text;
  }

  /** The till is switched off; whatever is called next switches it on again. */
  async off(): Promise<void> {
    const exitCode = await this.#live?.stop();
    if (this.#live !== null) expect(exitCode).toBe(0);
    this.#live = null;
  }

  /** A till made anew on a copy of this one's disk, tags included. */
  async copied(): Promise<EventTill> {
    await this.off();
    return new EventTill(copyFolder(this.#folder.place, 'till-copy'));
  }

  /** The database alone, without what lies in the customers' hands. */
  async databaseCopy(): Promise<Buffer> {
    await this.off();
    return fs.readFileSync(this.databasePlace);
  }

  /** An older disk is put back; the tags stay what they are. */
  async restoreDatabase(copy: Buffer): Promise<void> {
    await this.off();
    for (const suffix of ['-wal', '-shm']) fs.rmSync(this.databasePlace + suffix, { force: true });
    fs.writeFileSync(this.databasePlace, copy);
  }

  async tags(): Promise<TagsInHand> {
    await this.off();
    return fs.readFileSync(path.join(this.#folder.place, drawerFile));
  }

  async takeTags(tags: TagsInHand): Promise<void> {
    await this.off();
    fs.writeFileSync(path.join(this.#folder.place, drawerFile), tags);
  }

  async remove(): Promise<void> {
    await this.off();
    this.#folder.remove();
  }
}
