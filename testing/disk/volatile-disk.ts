import type { DiskEvent } from './disk-log.ts';

/** Something done to a file that may not have reached the disk yet. */
export type Change =
  | { readonly kind: 'write'; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'length'; readonly length: number };

interface Node {
  /** What is on the disk for certain. */
  durable: Buffer;
  pending: Change[];
}

/** Something done to the folder that may not have reached the disk yet. */
type Naming =
  | { readonly kind: 'created'; readonly file: string; readonly node: Node }
  | { readonly kind: 'removed'; readonly file: string }
  | { readonly kind: 'renamed'; readonly file: string; readonly to: string };

/** One change that is on its way to the disk, or a name that is. */
export type Pending =
  | { readonly of: 'file'; readonly name: string; readonly change: Change }
  | { readonly of: 'folder'; readonly naming: Naming };

/** What becomes of one pending change when the power goes; null: it never reached the disk. */
export type Survival = (pending: Pending, index: number) => Change | 'whole' | null;

/**
 * A disk that keeps nothing but what it was told to sync (fsync, fdatasync): of everything since, any part may be there
 * after a power cut, in any order. A name – of a file made, removed or renamed – is kept once the folder is synced; names
 * reach the disk in their order, as in a file system with a journal.
 */
export class VolatileDisk {
  #durableNames = new Map<string, Node>();
  #names = new Map<string, Node>();
  #pending: (Pending & { readonly node: Node | null })[] = [];

  apply(event: Exclude<DiskEvent, { kind: 'told' }>): void {
    switch (event.kind) {
      case 'wrote':
        this.#change(event.file, { kind: 'write', offset: event.offset, bytes: event.bytes });
        break;
      case 'truncated':
        this.#change(event.file, { kind: 'length', length: event.length });
        break;
      case 'created': {
        const node: Node = { durable: Buffer.alloc(0), pending: [] };
        this.#names.set(event.file, node);
        this.#name({ kind: 'created', file: event.file, node });
        break;
      }
      case 'removed':
        this.#names.delete(event.file);
        this.#name(event);
        break;
      case 'renamed':
        rename(this.#names, event);
        this.#name(event);
        break;
      case 'synced':
        if (event.file === '') this.#syncFolder();
        else this.#syncFile(event.file);
    }
  }

  /** Everything that is not certain to be there after a power cut, oldest first. */
  get pending(): readonly Pending[] {
    return this.#pending;
  }

  /** The files after a power cut, with what survives of it. */
  afterPowerLoss(survival: Survival): ReadonlyMap<string, Buffer> {
    const names = new Map(this.#durableNames);
    const survived = new Map<Node, Change[]>();
    this.#pending.forEach((pending, index) => {
      const left = survival(pending, index);
      if (left === null) return;
      if (pending.of === 'folder') name(names, pending.naming);
      else if (pending.node !== null)
        survived.set(pending.node, [...(survived.get(pending.node) ?? []), left === 'whole' ? pending.change : left]);
    });
    return new Map([...names].map(([file, node]) => [file, changed(node.durable, survived.get(node) ?? [])]));
  }

  /** A file as programs see it now. */
  live(file: string): Buffer | null {
    const node = this.#names.get(file);
    return node === undefined ? null : changed(node.durable, node.pending);
  }

  #change(file: string, change: Change): void {
    const node = this.#names.get(file);
    // A file that was removed while somebody had it open is nobody's any more.
    if (node === undefined) return;
    node.pending.push(change);
    this.#pending.push({ of: 'file', name: file, change, node });
  }

  #name(entry: Naming): void {
    this.#pending.push({ of: 'folder', naming: entry, node: null });
  }

  #syncFile(file: string): void {
    const node = this.#names.get(file);
    if (node === undefined) return;
    node.durable = changed(node.durable, node.pending);
    node.pending = [];
    this.#pending = this.#pending.filter((pending) => pending.node !== node);
  }

  #syncFolder(): void {
    this.#durableNames = new Map(this.#names);
    this.#pending = this.#pending.filter(({ of }) => of === 'file');
  }
}

function changed(content: Buffer, changes: readonly Change[]): Buffer {
  if (changes.length === 0) return content;
  const longest = Math.max(content.length, ...changes.map(endOf));
  // A hole reads as zeros.
  const bytes = Buffer.alloc(longest);
  content.copy(bytes);
  let { length } = content;
  for (const change of changes) {
    if (change.kind === 'write') {
      change.bytes.copy(bytes, change.offset);
      length = Math.max(length, endOf(change));
    } else {
      bytes.fill(0, change.length);
      length = change.length;
    }
  }
  return bytes.subarray(0, length);
}

function endOf(change: Change): number {
  return change.kind === 'length' ? change.length : change.offset + change.bytes.length;
}

function name(names: Map<string, Node>, entry: Naming): void {
  if (entry.kind === 'created') names.set(entry.file, entry.node);
  else if (entry.kind === 'removed') names.delete(entry.file);
  else rename(names, entry);
}

function rename(names: Map<string, Node>, { file, to }: { readonly file: string; readonly to: string }): void {
  const node = names.get(file);
  names.delete(file);
  if (node !== undefined) names.set(to, node);
}
