import { failed, ok, type Result } from '../domain/result.ts';
import { type ApduAnswer, exchange, getUid } from './apdu.ts';
import { sameBytes, toHex } from './bytes.ts';
import type { TagFault } from './driver.ts';
import type { Transmit } from './transmit.ts';
import { checkUid } from './uid.ts';

/** What all storage cards have in common on a PC/SC reader, and the one card of them that a driver is for. */
export class StorageCard {
  readonly transmit: Transmit;
  #uid: Uint8Array | null = null;

  constructor(transmit: Transmit) {
    this.transmit = transmit;
  }

  /**
   * The UID of the card in the field. The first one that is read is the card's this object is for; when there is another
   * later, which a reader need not notice between two APDUs, that is `io`: only a new look at the field tells what is there.
   */
  async readUid(): Promise<Result<Uint8Array, TagFault>> {
    const read = await readAnyUid(this.transmit);
    if (!read.ok) {
      return read;
    }
    this.#uid ??= read.value;
    return sameBytes(read.value, this.#uid)
      ? read
      : failed({ kind: 'io', detail: `tag ${toHex(read.value)} in the place of ${toHex(this.#uid)}` });
  }

  /** Why a command that writes was not done. It may have been done all the same. */
  async writeFault(answer: Exclude<ApduAnswer, { kind: 'success' }>): Promise<TagFault> {
    if (answer.kind !== 'refused') {
      return faultOf(answer);
    }
    const uid = await this.readUid();
    return uid.ok ? { kind: 'io', detail: `${answer.detail}, tag ${toHex(uid.value)} still there` } : uid.fault;
  }
}

/** The bytes of an answer, which have to be as many as were asked for. */
export function payloadOf(answer: ApduAnswer, length: number): Result<Uint8Array, TagFault> {
  if (answer.kind !== 'success') {
    return failed(faultOf(answer));
  }
  return answer.payload.length === length
    ? ok(answer.payload)
    : failed({ kind: 'io', detail: `${answer.payload.length} bytes instead of ${length}` });
}

/** Why there was no answer to go on with: the card has gone, or anything else. */
export function faultOf(answer: Exclude<ApduAnswer, { kind: 'success' }>): TagFault {
  switch (answer.kind) {
    case 'gone':
      return { kind: 'gone' };
    case 'refused':
    case 'silent':
      return { kind: 'io', detail: answer.detail };
  }
}

async function readAnyUid(transmit: Transmit): Promise<Result<Uint8Array, TagFault>> {
  const answer = await exchange(transmit, getUid);
  if (answer.kind === 'success') {
    return checkUid(answer.payload);
  }
  // Readers refuse it when the field is empty or two cards answer at once: no card has anything against giving its UID.
  return failed(answer.kind === 'refused' ? { kind: 'gone' } : faultOf(answer));
}
