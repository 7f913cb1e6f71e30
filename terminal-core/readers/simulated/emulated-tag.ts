import type { TearPoint } from '../../../contract/ipc/simulator.ts';
import type { ReaderKeys } from './reader-front.ts';
import { type2ModelNames } from './type2-models.ts';

export const tagModelNames = [...type2ModelNames, 'classic1k'] as const;
export type TagModelName = (typeof tagModelNames)[number];

/** A tag with the reader's pseudo-APDUs in front of it (PC/SC part 3), as a driver sees it. */
export interface EmulatedTag {
  readonly model: TagModelName;
  /** 4, 7 or 10 bytes. */
  readonly uid: Uint8Array;
  /** How a reader announces it. */
  readonly atr: Uint8Array;
  /** All of the chip. Written through `answer` as a till would, or directly by a test. */
  readonly memory: Uint8Array;
  /** The response to one APDU, status word included. What is written is in `memory` before this returns. */
  answer(apdu: Uint8Array): Uint8Array;
  /** Whether `apdu` would change this tag now. */
  isWrite(apdu: Uint8Array): boolean;
  /** The tag leaves the field at a writing APDU: what that leaves on it. The answer is lost in every case. */
  tear(apdu: Uint8Array, point: TearPoint): void;
  /** It comes into a reader's field, or the field was off: what it remembers only under power is gone. */
  enterField(keys: ReaderKeys): void;
  /** What is free for use, from the logical memory's byte 0 on. */
  readUser(): Uint8Array;
  writeUser(offset: number, bytes: Uint8Array): void;
}
