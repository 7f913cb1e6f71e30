import type { TransactionType } from '../../contract/wire/words.ts';
import { invariant } from '../domain/invariant.ts';
import { joinBytes, sameBytes, viewOf } from './bytes.ts';
import {
  i32Max,
  i32Min,
  isWithin,
  type TagHistory,
  type TagHistoryEntry,
  type TagImage,
  u8Max,
  u16Max,
  u32Max,
} from './image.ts';
import {
  blockedFlag,
  formatVersion,
  headerAuthenticatedLength,
  headerField,
  headerLength,
  headerMacLength,
  historyEntryLength,
  historyField,
  magic,
  memoryLength,
  type SlotIndex,
  slotField,
  slotLength,
  slotMacLength,
  slotMacOffset,
  slotOffset,
} from './layout.ts';
import type { Mac } from './mac.ts';

/** Which edition a tag belongs to, and which of its key sets authenticates it. */
export interface TagHeader {
  readonly keySetId: number;
  readonly eventEditionId: number;
}

/** What a till knows before it reads a tag; `macFor` is null for a key set it does not have. */
export interface TagExpectation {
  readonly eventEditionId: number;
  macFor(keySetId: number): Mac | null;
}

/** The 64 bytes of both slots as they were read, which is what images are compared by (requirements.md 3.2). */
export type SlotBytes = readonly [Uint8Array, Uint8Array];

export type TagReading =
  | {
      readonly kind: 'current';
      readonly header: TagHeader;
      readonly slotIndex: SlotIndex;
      readonly image: TagImage;
      /** Whether the other slot authenticates too; a torn write leaves it false. */
      readonly otherSlotValid: boolean;
      readonly slots: SlotBytes;
    }
  /** No magic: blank, or somebody else's. */
  | { readonly kind: 'not-ours' }
  | { readonly kind: 'foreign-edition'; readonly eventEditionId: number }
  /** Says it is of this edition and cannot prove it: forged, damaged, torn while issued, or of a format not known here. */
  | { readonly kind: 'forged' }
  /** The header is right, but no slot is, or both have the same number: only the repair flow goes on from here (R22). */
  | { readonly kind: 'corrupt'; readonly header: TagHeader; readonly slots: SlotBytes };

const typeCodes = { TopUp: 1, Purchase: 2, Chargeback: 3, Refund: 4, TagAdjustment: 5 } as const satisfies Record<
  TransactionType,
  number
>;
const typeOfCode = new Map<number, TransactionType>([
  [typeCodes.TopUp, 'TopUp'],
  [typeCodes.Purchase, 'Purchase'],
  [typeCodes.Chargeback, 'Chargeback'],
  [typeCodes.Refund, 'Refund'],
  [typeCodes.TagAdjustment, 'TagAdjustment'],
]);
const historyPlaces = [0, 1, 2] as const;
const headerDomain = Uint8Array.of(0x01);
const slotDomain = Uint8Array.of(0x02);

/** 16 bytes (tag.md, "Header"). */
export function encodeHeader(header: TagHeader, mac: Mac): Uint8Array {
  const authenticated = encodeAuthenticatedHeader(header);
  return joinBytes(authenticated, headerMac(authenticated, mac));
}

/** 64 bytes (tag.md, "Slot"), the MAC over header and slot last. Throws for a value its field cannot hold. */
export function encodeSlot(image: TagImage, header: TagHeader, mac: Mac): Uint8Array {
  assertEncodable(image);
  const slot = new Uint8Array(slotLength);
  const view = viewOf(slot);
  view.setUint32(slotField.transactionNumber, image.transactionNumber);
  view.setInt32(slotField.balanceMinor, image.balanceMinor);
  view.setUint8(slotField.flags, image.blocked ? blockedFlag : 0);
  view.setUint8(slotField.generation, image.generation);
  view.setUint16(slotField.adjustmentNumber, image.adjustmentNumber);
  view.setUint32(slotField.writtenAtSeconds, image.writtenAtSeconds);
  for (const place of historyPlaces) {
    const entry = image.history[place];
    if (entry !== null) {
      const at = slotField.history + place * historyEntryLength;
      view.setUint32(at + historyField.assignmentId, entry.assignmentId);
      view.setUint32(at + historyField.terminalTransactionNumber, entry.terminalTransactionNumber);
      view.setInt32(at + historyField.amountMinor, entry.amountMinor);
      view.setUint8(slotField.historyTypes + place, typeCodes[entry.type]);
    }
  }
  slot.set(slotMac(slot, header, mac), slotMacOffset);
  return slot;
}

/** Null: the MAC is wrong, or it is right over something this format does not know, which is no image either. */
export function decodeSlot(bytes: Uint8Array, header: TagHeader, mac: Mac): TagImage | null {
  if (bytes.length !== slotLength || !sameBytes(bytes.subarray(slotMacOffset), slotMac(bytes, header, mac))) {
    return null;
  }
  const view = viewOf(bytes);
  const history = decodeHistory(view);
  const flags = view.getUint8(slotField.flags);
  const generation = view.getUint8(slotField.generation);
  if (history === null || (flags & ~blockedFlag) !== 0 || generation === 0 || view.getUint8(slotField.reserved) !== 0) {
    return null;
  }
  return {
    transactionNumber: view.getUint32(slotField.transactionNumber),
    balanceMinor: view.getInt32(slotField.balanceMinor),
    blocked: (flags & blockedFlag) !== 0,
    generation,
    adjustmentNumber: view.getUint16(slotField.adjustmentNumber),
    history,
    writtenAtSeconds: view.getUint32(slotField.writtenAtSeconds),
  };
}

/** What a tag's 144 bytes say to a till of this edition (tag.md, "Reading"). */
export function decodeMemory(memory: Uint8Array, expectation: TagExpectation): TagReading {
  invariant('INV-31', memory.length === memoryLength, `a tag's memory has ${memoryLength} bytes, not ${memory.length}`);
  const headerBytes = memory.slice(0, headerLength);
  if (!sameBytes(headerBytes.subarray(0, magic.length), Uint8Array.from(magic))) {
    return { kind: 'not-ours' };
  }
  const view = viewOf(headerBytes);
  if (view.getUint8(headerField.formatVersion) !== formatVersion) {
    return { kind: 'forged' };
  }
  const eventEditionId = view.getUint32(headerField.eventEditionId);
  if (eventEditionId !== expectation.eventEditionId) {
    return { kind: 'foreign-edition', eventEditionId };
  }
  const header: TagHeader = { keySetId: view.getUint8(headerField.keySetId), eventEditionId };
  const mac = expectation.macFor(header.keySetId);
  if (mac === null || !sameBytes(headerBytes, encodeHeader(header, mac))) {
    return { kind: 'forged' };
  }
  return currentSlot(memory, header, mac);
}

function currentSlot(memory: Uint8Array, header: TagHeader, mac: Mac): TagReading {
  const slots: SlotBytes = [slotBytes(memory, 0), slotBytes(memory, 1)];
  const first = decodeSlot(slots[0], header, mac);
  const second = decodeSlot(slots[1], header, mac);
  if (first !== null && (second === null || first.transactionNumber > second.transactionNumber)) {
    return { kind: 'current', header, slotIndex: 0, image: first, otherSlotValid: second !== null, slots };
  }
  if (second !== null && (first === null || second.transactionNumber > first.transactionNumber)) {
    return { kind: 'current', header, slotIndex: 1, image: second, otherSlotValid: first !== null, slots };
  }
  return { kind: 'corrupt', header, slots };
}

function slotBytes(memory: Uint8Array, index: SlotIndex): Uint8Array {
  return memory.slice(slotOffset(index), slotOffset(index) + slotLength);
}

function encodeAuthenticatedHeader(header: TagHeader): Uint8Array {
  invariant('INV-32', isWithin(header.keySetId, 0, u8Max), `key set ${header.keySetId} does not fit its byte`);
  invariant(
    'INV-32',
    isWithin(header.eventEditionId, 0, u32Max),
    `edition ${header.eventEditionId} does not fit its four bytes`,
  );
  const bytes = new Uint8Array(headerAuthenticatedLength);
  bytes.set(magic, headerField.magic);
  const view = viewOf(bytes);
  view.setUint8(headerField.formatVersion, formatVersion);
  view.setUint8(headerField.keySetId, header.keySetId);
  view.setUint32(headerField.eventEditionId, header.eventEditionId);
  return bytes;
}

function headerMac(authenticated: Uint8Array, mac: Mac): Uint8Array {
  return mac(joinBytes(headerDomain, authenticated)).slice(0, headerMacLength);
}

function slotMac(slot: Uint8Array, header: TagHeader, mac: Mac): Uint8Array {
  const message = joinBytes(slotDomain, encodeAuthenticatedHeader(header), slot.subarray(0, slotMacOffset));
  return mac(message).slice(0, slotMacLength);
}

/** Null when a place holds what this format never writes. */
function decodeHistory(view: DataView): TagHistory | null {
  const places = historyPlaces.map((place) => decodeHistoryEntry(view, place));
  const [newest, older, oldest] = places;
  if (newest === undefined || older === undefined || oldest === undefined) {
    return null;
  }
  return [newest, older, oldest];
}

function decodeHistoryEntry(view: DataView, place: 0 | 1 | 2): TagHistoryEntry | null | undefined {
  const at = slotField.history + place * historyEntryLength;
  const code = view.getUint8(slotField.historyTypes + place);
  const assignmentId = view.getUint32(at + historyField.assignmentId);
  const terminalTransactionNumber = view.getUint32(at + historyField.terminalTransactionNumber);
  const amountMinor = view.getInt32(at + historyField.amountMinor);
  if (code === 0) {
    return assignmentId === 0 && terminalTransactionNumber === 0 && amountMinor === 0 ? null : undefined;
  }
  const type = typeOfCode.get(code);
  return type === undefined ? undefined : { assignmentId, terminalTransactionNumber, amountMinor, type };
}

function assertEncodable(image: TagImage): void {
  const fits =
    isWithin(image.transactionNumber, 0, u32Max) &&
    isWithin(image.balanceMinor, i32Min, i32Max) &&
    isWithin(image.generation, 1, u8Max) &&
    isWithin(image.adjustmentNumber, 0, u16Max) &&
    isWithin(image.writtenAtSeconds, 0, u32Max) &&
    image.history.every(
      (entry) =>
        entry === null ||
        (isWithin(entry.assignmentId, 0, u32Max) &&
          isWithin(entry.terminalTransactionNumber, 0, u32Max) &&
          isWithin(entry.amountMinor, i32Min, i32Max)),
    );
  invariant('INV-33', fits, 'an image that does not fit its fields is refused before anything is written');
}
