import type { Outcome } from '../../contract/ipc/operations.ts';
import { sealSchema } from '../../contract/wire/journal.ts';
import { SecretFile } from '../../terminal-core/store/secret-file.ts';
import { type Called, LiveTill } from '../klink/live-till.ts';
import { compileCache } from '../klink/run-klink.ts';
import { makeFolder, type TestFolder } from '../klink/test-folder.ts';
import { startVirtualReader, type VirtualReader, type VirtualTag } from '../virtual-reader/virtual-reader.ts';
import type { Deed, Wristband } from './wristband.ts';

const tap = { firstTagOnly: true, timeoutMs: 30_000 } as const;

/** What the till said to a customer; `gone` where it died first. */
export type Said = Outcome['result'] | 'fault' | 'gone';

/**
 * One till of the festival with its own PC/SC service, whose till host can be killed. A wristband that is shown here is
 * brought over with its bytes as they are.
 */
export class Bar {
  readonly name: string;
  readonly reader: VirtualReader;
  readonly folder: TestFolder;
  /** What a deed takes from there to its answer where nothing disturbs: what the moment of a kill is drawn from. */
  readonly usualMs = { tap: 250, writing: 60 };
  assignmentId = 0;
  till: LiveTill;
  readonly #tags = new Map<string, VirtualTag>();

  private constructor(name: string, reader: VirtualReader, folder: TestFolder, till: LiveTill) {
    this.name = name;
    this.reader = reader;
    this.folder = folder;
    this.till = till;
  }

  static async open(name: string, backendUrl: string): Promise<Bar> {
    const reader = await startVirtualReader();
    const folder = makeFolder('chaos-till');
    const bar = new Bar(name, reader, folder, await startOn(folder, reader));
    const { assignmentId } = await bar.till.ask('enrol', { backendUrl, code: 'DEMO-FEST', terminalName: name });
    if (assignmentId === null) throw new Error('a till without an assignment');
    bar.assignmentId = assignmentId;
    return bar;
  }

  async makeTag(uid: string): Promise<void> {
    this.#tags.set(uid, await this.reader.makeTag({ uid }));
  }

  memory(uid: string): Promise<Uint8Array> {
    return this.reader.memory(this.#tag(uid));
  }

  /** The customer has gone over to this bar. */
  async takeOver(uid: string, from: Bar): Promise<void> {
    await this.reader.setMemory(this.#tag(uid), await from.memory(uid));
  }

  insert(uid: string): Promise<void> {
    return this.reader.insert(this.#tag(uid));
  }

  /** Takes whatever lies there away, and waits until a till that lives has noticed. */
  async clear(): Promise<void> {
    await this.reader.remove();
    const { till } = this;
    const noticed = till.until('the wristband to leave', () => (till.hasCard ? null : true));
    await Promise.race([noticed, till.tillHost.ended]).catch(() => undefined);
  }

  /** Asks the till for a deed. Resolves when the till waits for a wristband; what it says in the end is in the answer. */
  async ask(deed: Deed): Promise<{ readonly said: Promise<Said> }> {
    const { till } = this;
    await till.ask('clearCart', {});
    if (deed.kind === 'sale') await till.ask('addAmountToCart', { amountMinor: deed.amountMinor });
    const said = this.#said(this.#begin(deed));
    const asked = till.seen('a wristband to be asked for', ({ screen }) => screen.screen === 'tap').then(() => null);
    const early = await Promise.race([asked.catch(() => null), said]);
    if (early !== null && early !== 'gone') throw new Error(`${this.name}: ${early} before a wristband was shown`);
    return { said };
  }

  issue(wristband: Wristband): Promise<Said> {
    return this.#shown(wristband, this.till.call('issue', tap));
  }

  /** Shows a wristband until the till has decided what it can of it. */
  async resolve(wristband: Wristband): Promise<void> {
    const resolved = this.till.ask('cleanup', { timeoutMs: 3_000 });
    await this.insert(wristband.uid);
    await resolved;
    await this.clear();
  }

  /** SIGKILL of the till host, and nothing else: the reader host ends by itself when its port closes. */
  kill(): void {
    this.till.tillHost.kill();
  }

  /** The next till host on what the killed one has left. */
  async restart(): Promise<void> {
    await this.till.stop();
    this.till = await startOn(this.folder, this.reader);
  }

  /** How far the backend has this till's journal, as it says itself. */
  async sealedSeq(backendAddress: string): Promise<number> {
    const secrets = new SecretFile(this.folder.place).load();
    const token = secrets.ok ? (secrets.value?.token ?? '') : '';
    const response = await fetch(`${backendAddress}/v1/assignments/${this.assignmentId}/seal`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return sealSchema.parse(await response.json()).seq;
  }

  async close(): Promise<void> {
    await this.till.stop();
    await this.reader.close();
    this.folder.remove();
  }

  #begin({ kind, amountMinor }: Deed): Promise<Called<Outcome>> {
    switch (kind) {
      case 'sale':
        return this.till.call('sell', tap);
      case 'top-up':
        return this.till.call('topUp', { ...tap, amountMinor, method: 'cash' });
      case 'refund':
        return this.till.call('refund', { ...tap, amountMinor });
    }
  }

  async #shown(wristband: Wristband, called: Promise<Called<Outcome>>): Promise<Said> {
    const said = this.#said(called);
    await this.till.seen('a wristband to be asked for', ({ screen }) => screen.screen === 'tap');
    await this.insert(wristband.uid);
    const end = await said;
    await this.clear();
    return end;
  }

  /** A till that dies before it answers has said so by dying; anything else that goes wrong is thrown. */
  async #said(called: Promise<Called<Outcome>>): Promise<Said> {
    const ended = this.till.tillHost.ended.then((): Said => 'gone');
    const answered = called.then((answer): Said => (answer.ok ? answer.value.result : 'fault'));
    try {
      return await Promise.race([answered, ended]);
    } catch (error) {
      const isGone = await Promise.race([ended, Promise.resolve(null)]);
      if (isGone === null) throw error;
      return isGone;
    }
  }

  #tag(uid: string): VirtualTag {
    const tag = this.#tags.get(uid);
    if (tag === undefined) throw new Error(`${this.name} has never seen ${uid}`);
    return tag;
  }
}

function startOn(folder: TestFolder, reader: VirtualReader): Promise<LiveTill> {
  return LiveTill.start({
    dataFolder: folder.place,
    readerKind: 'pcsc',
    replication: 'background',
    environment: { ...compileCache, ...reader.env },
  });
}
