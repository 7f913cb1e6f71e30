import { createCipheriv } from 'node:crypto';

/**
 * A second reading of the tag's bytes, written from tag.md with Node's own AES and sharing nothing with
 * `terminal-core/tag`: a mistake in the format has to be made twice to go unseen.
 */
export interface WitnessedTag {
  readonly keySetId: number;
  readonly eventEditionId: number;
  readonly slotIndex: 0 | 1;
  readonly transactionNumber: number;
  readonly balanceMinor: number;
  readonly generation: number;
  readonly blocked: boolean;
  readonly adjustmentNumber: number;
  readonly history: readonly WitnessedHistoryEntry[];
}

export interface WitnessedHistoryEntry {
  readonly assignmentId: number;
  readonly terminalTransactionNumber: number;
  readonly amountMinor: number;
  readonly type: 'TopUp' | 'Purchase' | 'Chargeback' | 'Refund' | 'TagAdjustment';
}

const typeNames = [null, 'TopUp', 'Purchase', 'Chargeback', 'Refund', 'TagAdjustment'] as const;

/** AES-128-CMAC (RFC 4493) over AES-ECB, which gives a block for a block, whatever it was given before. */
export function witnessCmac(key: Uint8Array, message: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  const encrypt = (block: Uint8Array): Buffer => cipher.update(block);
  const double = (block: Buffer): Buffer => {
    const doubled = (BigInt(`0x${block.toString('hex')}`) << 1n) ^ (block.readUInt8(0) >= 0x80 ? 0x87n : 0n);
    return Buffer.from(BigInt.asUintN(128, doubled).toString(16).padStart(32, '0'), 'hex');
  };
  const exclusiveOr = (a: Uint8Array, b: Uint8Array): Buffer => Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)));
  const subkey1 = double(encrypt(Buffer.alloc(16)));
  const blockCount = Math.max(1, Math.ceil(message.length / 16));
  const last = Buffer.from(message.subarray((blockCount - 1) * 16));
  const lastBlock =
    last.length === 16
      ? exclusiveOr(last, subkey1)
      : exclusiveOr(Buffer.concat([last, Buffer.of(0x80), Buffer.alloc(15 - last.length)]), double(subkey1));
  let chain: Buffer = Buffer.alloc(16);
  for (let block = 0; block < blockCount - 1; block += 1) {
    chain = encrypt(exclusiveOr(chain, message.subarray(block * 16, block * 16 + 16)));
  }
  return encrypt(exclusiveOr(chain, lastBlock));
}

export function witnessTagKey(editionKey: Uint8Array, uid: Uint8Array, eventEditionId: number): Buffer {
  const edition = Buffer.alloc(4);
  edition.writeUInt32BE(eventEditionId);
  return witnessCmac(editionKey, Buffer.concat([Buffer.of(1), uid, edition, Buffer.from('KLINK', 'ascii')]));
}

/**
 * The current image in the tag's 144 bytes of logical memory, or null where the header or both slots do not hold
 * (tag.md, "Reading").
 */
export function witnessTag(memory: Uint8Array, uid: Uint8Array, editionKey: Uint8Array): WitnessedTag | null {
  const bytes = Buffer.from(memory);
  const header = bytes.subarray(0, 12);
  if (header.toString('latin1', 0, 2) !== 'KL' || header.readUInt8(2) !== 1) return null;
  const eventEditionId = header.readUInt32BE(4);
  const key = witnessTagKey(editionKey, uid, eventEditionId);
  const headerMac = witnessCmac(key, Buffer.concat([Buffer.of(1), header])).subarray(0, 4);
  if (!headerMac.equals(bytes.subarray(12, 16))) return null;
  const slots = ([0, 1] as const)
    .map((slotIndex) => ({ slotIndex, slot: bytes.subarray(16 + 64 * slotIndex, 80 + 64 * slotIndex) }))
    .filter(({ slot }) => {
      const mac = witnessCmac(key, Buffer.concat([Buffer.of(2), header, slot.subarray(0, 56)])).subarray(0, 8);
      return mac.equals(slot.subarray(56, 64));
    })
    .sort((a, b) => b.slot.readUInt32BE(0) - a.slot.readUInt32BE(0));
  const [current, other] = slots;
  if (current === undefined || current.slot.readUInt32BE(0) === other?.slot.readUInt32BE(0)) return null;
  const { slotIndex, slot } = current;
  return {
    keySetId: header.readUInt8(3),
    eventEditionId,
    slotIndex,
    transactionNumber: slot.readUInt32BE(0),
    balanceMinor: slot.readInt32BE(4),
    generation: slot.readUInt8(9),
    blocked: (slot.readUInt8(8) & 1) === 1,
    adjustmentNumber: slot.readUInt16BE(10),
    history: [0, 1, 2].flatMap((index) => historyEntry(slot, index)),
  };
}

function historyEntry(slot: Buffer, index: number): readonly WitnessedHistoryEntry[] {
  const type = typeNames[slot.readUInt8(52 + index)];
  if (type === undefined) throw new Error(`history type ${slot.readUInt8(52 + index)} does not exist`);
  if (type === null) return [];
  const at = 12 + 12 * index;
  return [
    {
      assignmentId: slot.readUInt32BE(at),
      terminalTransactionNumber: slot.readUInt32BE(at + 4),
      amountMinor: slot.readInt32BE(at + 8),
      type,
    },
  ];
}
