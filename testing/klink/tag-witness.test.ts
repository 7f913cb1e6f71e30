/**
 * Goal: the witness that the system tests read tags with is right by itself (tag.md, "Test vector"; RFC 4493).
 * Method: the examples of the RFC and the vectors of the tag's design, which the till's own codec is tested with too.
 */
import { describe, expect, test } from 'vitest';
import { witnessCmac, witnessTag, witnessTagKey } from './tag-witness.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const rfcKey = hex('2b7e151628aed2a6abf7158809cf4f3c');
const rfcMessage = hex(
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
);

const editionKey = hex('000102030405060708090A0B0C0D0E0F');
const uid = hex('04A1B2C3D4E5F6');
const header = '4B4C01010000000700000000C976BBE1';
const issued =
  '0000000000000000000100000000000000000000000000000000000000000000000000000000000000000000000000006955B90000000000D87077D7C08A7366';
const toppedUp =
  '000000010000251C0001000000000029000000010000251C0000000000000000000000000000000000000000000000006955B93C0100000098E53A96F6F57300';
const sold =
  '0000000200000FA0000100000000002900000002FFFFEA8400000029000000010000251C0000000000000000000000006955B9780201000017CABAC032E9EDD4';

describe('the witness of the tag', () => {
  test.each([
    [0, 'bb1d6929e95937287fa37d129b756746'],
    [16, '070a16b46b4d4144f79bdd9dd04a287c'],
    [40, 'dfa66747de9ae63030ca32611497c827'],
    [64, '51f0bebf7e3b9d92fc49741779363cfe'],
  ])('computes the CMAC of RFC 4493 over %i bytes', (length, mac) => {
    expect(witnessCmac(rfcKey, rfcMessage.subarray(0, length)).toString('hex')).toBe(mac);
  });

  test('derives the key of the vector', () => {
    expect(witnessTagKey(editionKey, uid, 7).toString('hex').toUpperCase()).toBe('5FA63F05937FE6A8C233D093B39C1DBA');
  });

  test('reads a sold-to tag: balance 40.00, number 2, newest history first', () => {
    expect(witnessTag(hex(header + sold + toppedUp), uid, editionKey)).toEqual({
      keySetId: 1,
      eventEditionId: 7,
      slotIndex: 0,
      transactionNumber: 2,
      balanceMinor: 4_000,
      generation: 1,
      blocked: false,
      adjustmentNumber: 0,
      history: [
        { assignmentId: 41, terminalTransactionNumber: 2, amountMinor: -5_500, type: 'Purchase' },
        { assignmentId: 41, terminalTransactionNumber: 1, amountMinor: 9_500, type: 'TopUp' },
      ],
    });
  });

  test('takes the other slot where the newer one is torn', () => {
    const torn = `${sold.slice(0, 100)}${'0'.repeat(28)}`;
    expect(witnessTag(hex(header + torn + toppedUp), uid, editionKey)?.transactionNumber).toBe(1);
  });

  test('believes no wrong header, no wrong key, and no two slots with one number', () => {
    expect(witnessTag(hex(`4B4C0102${header.slice(8)}${sold}${toppedUp}`), uid, editionKey)).toBeNull();
    expect(witnessTag(hex(header + sold + toppedUp), uid, Buffer.alloc(16))).toBeNull();
    expect(witnessTag(hex(header + issued + issued), uid, editionKey)).toBeNull();
  });
});
