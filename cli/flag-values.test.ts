/**
 * Goal: the number of a tag, a discount and a proxy are understood as people write them, and anything else is refused.
 * Method: numbers of all lengths, in the ways they are printed on wristbands and told by readers; rates and amounts; addresses.
 */
import { describe, expect, test } from 'vitest';
import { discountOf, proxyOf, tagUidOf } from './flag-values.ts';

describe('the number of a tag', () => {
  test.each([
    ['04A1B2C3D4E5F6', '04A1B2C3D4E5F6'],
    ['04:a1:b2:c3:d4:e5:f6', '04A1B2C3D4E5F6'],
    ['04 a1 b2 c3', '04A1B2C3'],
    ['04-A1-B2-C3-D4-E5-F6-07-08-09', '04A1B2C3D4E5F6070809'],
  ])('%s is %s', (text, uid) => {
    expect(tagUidOf(text)).toBe(uid);
  });

  test.each(['', '04A1B2C3D4E5F', '04A1B2C3D4E5F6AA', 'G4A1B2C3'])('%j is none', (text) => {
    expect(() => tagUidOf(text)).toThrow('hex digits');
  });
});

describe('a discount', () => {
  test.each([
    ['10%', { rateBasisPoints: 1_000 }],
    ['12.5%', { rateBasisPoints: 1_250 }],
    ['0.05%', { rateBasisPoints: 5 }],
    ['100%', { rateBasisPoints: 10_000 }],
    ['2.50', { amountText: '2.50' }],
  ])('%s', (text, discount) => {
    expect(discountOf(text)).toEqual(discount);
  });

  test.each(['0%', '101%', '10.123%', '%', '-5%', 'half', ''])('%j is none', (text) => {
    expect(() => discountOf(text)).toThrow('Write');
  });
});

describe('a proxy that is believed', () => {
  test.each(['127.0.0.1', '::1', '10.0.0.0/8', 'fd00::/8', '192.0.2.7/32'])('%s, beside earlier ones', (text) => {
    expect(proxyOf(text, ['192.0.2.1'])).toEqual(['192.0.2.1', text]);
  });

  // Everybody, which is nobody to believe, is none either.
  test.each([
    'true',
    '*',
    'proxy.example',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '0.0.0.0/0',
    '::/129',
    '10.0.0.0/8/8',
    '',
  ])('%j is none', (text) => {
    expect(() => proxyOf(text)).toThrow('Write an address');
  });
});
