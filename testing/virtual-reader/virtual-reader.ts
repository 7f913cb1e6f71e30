import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromHex } from '../../terminal-core/tag/bytes.ts';
import { memoryLength } from '../../terminal-core/tag/layout.ts';
import { EmulatorClient } from './emulator-client.ts';
import type { FaultPlan, SeenApdu, TagSpec } from './emulator-messages.ts';
import { twoFreePorts } from './free-ports.ts';
import { Pcscd, readerFriendlyName } from './pcscd.ts';

/** A tag of the virtual reader; it keeps its contents whether it lies on the reader or not. */
export interface VirtualTag {
  readonly tagId: string;
}

export interface NewTag {
  readonly model?: TagSpec['model'];
  /** In hex. */
  readonly uid: string;
  /** In hex, for a card that is announced as something else. */
  readonly atr?: string;
  /** In hex: key A of every sector of a MIFARE Classic, where it is not the transport key. */
  readonly classicKey?: string;
}

export interface VirtualReaderOptions {
  /** False: the PC/SC service is not running yet. */
  readonly isServiceRunning?: boolean;
  /** False: the service runs without any reader. */
  readonly hasReader?: boolean;
}

const portAttemptsMax = 3;

/**
 * A real PC/SC service with a virtual reader, and emulated NTAGs and other tags to lay on it, for any program that is
 * started with `env`. Each call is done when it returns; `insert` when the service has noticed the tag.
 */
export class VirtualReader {
  /** For the programs that are to use this reader; pcsc-lite reads it once per process. */
  readonly env: Readonly<{ PCSCLITE_CSOCK_NAME: string }>;
  readonly readerName = `${readerFriendlyName} 00 00`;
  readonly #folder: string;
  readonly #service: Pcscd;
  readonly #emulator: EmulatorClient;
  #lastTag = 0;

  private constructor(folder: string, service: Pcscd, emulator: EmulatorClient) {
    this.#folder = folder;
    this.#service = service;
    this.#emulator = emulator;
    this.env = { PCSCLITE_CSOCK_NAME: service.socketFile };
  }

  static async start(options: VirtualReaderOptions): Promise<VirtualReader> {
    const folder = mkdtempSync(path.join(tmpdir(), 'klink-pcscd-'));
    for (let attempt = 1; ; attempt += 1) {
      const port = await twoFreePorts();
      const service = new Pcscd(folder, port, options.hasReader ?? true);
      try {
        if (options.isServiceRunning ?? true) {
          await service.start();
        }
        return new VirtualReader(folder, service, new EmulatorClient(port));
      } catch (error) {
        // Somebody else may have taken the port between the asking and the listening.
        if (attempt === portAttemptsMax) {
          rmSync(folder, { recursive: true, force: true });
          throw error;
        }
      }
    }
  }

  async makeTag(tag: NewTag): Promise<VirtualTag> {
    this.#lastTag += 1;
    const tagId = `tag-${this.#lastTag}`;
    const spec: TagSpec = {
      model: tag.model ?? 'ntag213',
      uid: bytesOf(tag.uid),
      atr: tag.atr === undefined ? null : bytesOf(tag.atr),
      classicKey: tag.classicKey === undefined ? null : bytesOf(tag.classicKey),
    };
    await this.#emulator.ask({ kind: 'make', tagId, spec });
    return { tagId };
  }

  async insert({ tagId }: VirtualTag): Promise<void> {
    await this.#emulator.ask({ kind: 'insert', tagId });
  }

  async remove(): Promise<void> {
    await this.#emulator.ask({ kind: 'remove' });
  }

  /** Something that is to go wrong, counted from now. */
  async plan(plan: FaultPlan): Promise<void> {
    await this.#emulator.ask({ kind: 'plan', plan });
  }

  /** What was planned and has not happened does not happen any more. */
  async forgetPlans(): Promise<void> {
    await this.#emulator.ask({ kind: 'forget-plans' });
  }

  /** Pulls the tag away at the `writeNumber`-th page or block that is written from now on. */
  async tear(writeNumber: number, point: 'before' | 'during' | 'after'): Promise<void> {
    await this.plan({ kind: 'tear', counted: { of: 'writes', number: writeNumber }, point });
  }

  /** Before the `apduNumber`-th APDU from now on `tag` takes the place of the one that lies there, unnoticed. */
  async swap(apduNumber: number, { tagId }: VirtualTag): Promise<void> {
    await this.plan({ kind: 'swap', counted: { of: 'apdus', number: apduNumber }, tagId });
  }

  /** Resolves when the APDU of the `hold` that was planned last has come; it stays without an answer until `remove`. */
  async held(): Promise<void> {
    await this.#emulator.ask({ kind: 'await-held' });
  }

  /** Every APDU that reached a tag so far, in order. */
  async apdus(): Promise<readonly SeenApdu[]> {
    const answer = await this.#emulator.ask({ kind: 'apdus' });
    return answer.kind === 'apdus' ? answer.apdus : [];
  }

  /** The tag's logical memory (tag.md), however it got there; shorter on a tag that is too small. */
  async memory({ tagId }: VirtualTag): Promise<Uint8Array> {
    const answer = await this.#emulator.ask({ kind: 'get-user-memory', tagId });
    return answer.kind === 'user-memory' ? answer.user.slice(0, memoryLength) : new Uint8Array();
  }

  /** What the tag holds, from logical byte 0 on: foreign, forged, corrupt or a till's. */
  async setMemory({ tagId }: VirtualTag, memory: Uint8Array): Promise<void> {
    await this.#emulator.ask({ kind: 'set-user-memory', tagId, user: memory });
  }

  /** With the reader it is always found again; without one, the service has none. */
  startService(options: { readonly hasReader: boolean } = { hasReader: true }): Promise<void> {
    this.#service.configure(options.hasReader);
    return this.#service.start();
  }

  /** As its administrator stops it. */
  stopService(): Promise<void> {
    return this.#service.end('SIGTERM');
  }

  /** As a crash ends it. */
  killService(): Promise<void> {
    return this.#service.end('SIGKILL');
  }

  async close(): Promise<void> {
    await this.#emulator.close();
    await this.#service.end('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function startVirtualReader(options: VirtualReaderOptions = {}): Promise<VirtualReader> {
  return VirtualReader.start(options);
}

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  if (bytes === null) {
    throw new RangeError(`not hex: ${hex}`);
  }
  return bytes;
}
