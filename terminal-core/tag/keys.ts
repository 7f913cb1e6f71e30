import { cmac } from '@noble/ciphers/aes.js';
import { invariant } from '../domain/invariant.ts';
import { joinBytes, viewOf } from './bytes.ts';
import type { Mac } from './mac.ts';

const derivationConstant = Uint8Array.of(0x01);
const systemIdentifier = Uint8Array.from('KLINK', (letter) => letter.charCodeAt(0));

/**
 * The MAC of one tag in one edition: its key is derived from the edition's (16 bytes) and the UID, so that a cracked tag
 * gives away nothing about another (tag.md, "Keys").
 */
export function tagMac(editionKey: Uint8Array, uid: Uint8Array, eventEditionId: number): Mac {
  const tagKey = deriveTagKey(editionKey, uid, eventEditionId);
  return (message) => cmac(message, tagKey);
}

/** `K_tag`, 16 bytes. Nothing outside this folder needs it; it is exported for the test vector alone. */
export function deriveTagKey(editionKey: Uint8Array, uid: Uint8Array, eventEditionId: number): Uint8Array {
  invariant('INV-30', editionKey.length === 16, `an edition key has 16 bytes, not ${editionKey.length}`);
  invariant('INV-30', [4, 7, 10].includes(uid.length), `a UID has 4, 7 or 10 bytes, not ${uid.length}`);
  const edition = new Uint8Array(4);
  viewOf(edition).setUint32(0, eventEditionId);
  return cmac(joinBytes(derivationConstant, uid, edition, systemIdentifier), editionKey);
}
