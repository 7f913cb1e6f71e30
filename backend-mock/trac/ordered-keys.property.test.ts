// Goal: the order of the sources of funds is the order of the document (Q30), also where a parser would put numbers first. Method:
// random names, written as JSON text by hand, are read back.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderedKeys } from './ordered-keys.ts';

const names = fc.uniqueArray(fc.oneof(fc.string(), fc.nat(9).map(String), fc.constantFrom('a"b', '\\', '{', '},:[')), {
  maxLength: 6,
});

test('Q30: names come in the order of the text, whatever they look like and whatever stands around them', () => {
  fc.assert(
    fc.property(names, fc.json(), (keys, other) => {
      const members = keys.map((key) => `${JSON.stringify(key)} : {"amount":"1.00","x":[{"y":{}}]}`);
      const text = `{"other":${other}, "sourceOfFunds" : { ${members.join(' ,\n ')} }, "more":{"sourceOfFunds":{"no":1}}}`;
      expect(orderedKeys(text, 'sourceOfFunds')).toEqual(keys);
    }),
  );
});

test('a name that stands there twice has no order, and what is no object has no names', () => {
  expect(orderedKeys('{"s":{"a":1,"a":2}}', 's')).toBeUndefined();
  expect(orderedKeys('{"s":["a"]}', 's')).toBeUndefined();
  expect(orderedKeys('{"t":{"s":{"a":1}}}', 's')).toBeUndefined();
});
