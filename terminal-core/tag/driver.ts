import type { Result } from '../domain/result.ts';

/** Why a tag could not be read or written, in the order in which a cashier cares. */
export type TagFault =
  | { readonly kind: 'gone' }
  | { readonly kind: 'too-small' }
  | { readonly kind: 'random-uid' }
  | { readonly kind: 'unsupported'; readonly detail: string }
  /** A MIFARE Classic that did not take the key: it has others, or it lay badly, which a reset of the field tells. */
  | { readonly kind: 'locked'; readonly detail: string }
  /** The tag is there and did not do it, or the reader did not say. A unit may have been written all the same. */
  | { readonly kind: 'io'; readonly detail: string };

/** One tag in the field, as its logical memory of 144 bytes (tag.md, "Mapping to technologies"). */
export interface TagDriver {
  readonly technology: 'type2' | 'classic1k';
  /**
   * 4, 7 or 10 bytes. A driver is for one tag: while another is in its place, which a reader need not notice, this is `io`.
   */
  readUid(): Promise<Result<Uint8Array, TagFault>>;
  /** All 144 bytes, or `too-small`. */
  readMemory(): Promise<Result<Uint8Array, TagFault>>;
  readRange(offset: number, length: number): Promise<Result<Uint8Array, TagFault>>;
  /**
   * Reads the UID, and writes `bytes` (whole pages of 4, whatever the tag's unit is) at `offset` in ascending order, only
   * the units that differ from `known`: what is certain to be on the tag in that place, or null to write all of them. Does
   * not read back. `onProgress` counts units written.
   */
  write(
    offset: number,
    bytes: Uint8Array,
    known: Uint8Array | null,
    onProgress?: (done: number, total: number) => void,
  ): Promise<Result<void, TagFault>>;
}
