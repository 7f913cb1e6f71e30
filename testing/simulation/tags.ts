import type { TearPoint } from '../../contract/ipc/simulator.ts';
import { emulateTag } from '../../terminal-core/readers/simulated/emulate-tag.ts';
import type { EmulatedTag, TagModelName } from '../../terminal-core/readers/simulated/emulated-tag.ts';
import { toHex } from '../../terminal-core/tag/bytes.ts';
import { type WitnessedTag, witnessTag } from '../klink/tag-witness.ts';

const logicalBytes = 144;

/** One wristband: a thing of plastic, of which there may be two with one UID. */
export interface Wristband {
  readonly tagId: string;
  readonly uid: string;
  readonly chip: EmulatedTag;
  /** What it held before its last changes, for whoever puts an old copy back. */
  readonly older: Uint8Array[];
}

/** All wristbands of a run, and who is told when the bytes of one change. */
export class Wristbands {
  readonly all: Wristband[] = [];
  readonly #editionKey: () => Uint8Array;
  readonly #onChange: (tag: Wristband) => void;

  constructor(editionKey: () => Uint8Array, onChange: (tag: Wristband) => void) {
    this.#editionKey = editionKey;
    this.#onChange = onChange;
  }

  make(model: TagModelName, uid: Uint8Array, memory?: Uint8Array): Wristband {
    const chip = emulateTag(model, uid, memory);
    const tag = { tagId: `tag-${this.all.length + 1}`, uid: toHex(uid), chip, older: [] };
    this.all.push(tag);
    return tag;
  }

  /** A second one with the same UID and the same bytes. */
  clone(tag: Wristband): Wristband {
    return this.make(tag.chip.model, tag.chip.uid, tag.chip.memory);
  }

  /** False where nothing older is known. */
  rollBack(tag: Wristband, steps: number): boolean {
    const old = tag.older[Math.max(0, tag.older.length - steps)];
    if (old === undefined) return false;
    tag.chip.memory.set(old);
    return true;
  }

  /** Something in its memory falls over: a byte of the header or of the slots is turned. */
  corrupt(tag: Wristband, offset: number): void {
    const user = tag.chip.readUser();
    const at = offset % logicalBytes;
    tag.chip.writeUser(at, Uint8Array.of((user[at] ?? 0) ^ 0xff));
  }

  answer(tag: Wristband, apdu: Uint8Array): Uint8Array {
    const isWrite = tag.chip.isWrite(apdu);
    const response = tag.chip.answer(apdu);
    if (isWrite) this.#onChange(tag);
    return response;
  }

  tear(tag: Wristband, apdu: Uint8Array, point: TearPoint): void {
    if (!tag.chip.isWrite(apdu)) return;
    tag.chip.tear(apdu, point);
    this.#onChange(tag);
  }

  remember(tag: Wristband): void {
    tag.older.push(tag.chip.memory.slice());
    if (tag.older.length > 4) tag.older.shift();
  }

  /** What it shows, read by code that shares nothing with the till. */
  witness({ chip }: Wristband): WitnessedTag | null {
    return witnessTag(chip.readUser().subarray(0, logicalBytes), chip.uid, this.#editionKey());
  }
}
