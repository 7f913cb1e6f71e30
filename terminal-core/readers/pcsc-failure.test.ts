/**
 * Goal: what the PC/SC service said is found again under the errors nfc-pcsc wraps it in.
 * Method: errors as nfc-pcsc builds them, around those of pcsclite and around strangers.
 */
import { expect, test } from 'vitest';
import { pcscFailureOf } from './pcsc-failure.ts';
import { pcscError, watchError } from './pcsclite/pcsc-error.ts';

function wrapped(previous: unknown): Error {
  return Object.assign(new Error('An error occurred while transmitting.'), { code: 'failure', previous });
}

test.each([
  ['Card was removed', 'CARD_REMOVED'],
  ['Card was reset', 'CARD_RESET'],
  ['Card is unresponsive', 'CARD_UNRESPONSIVE'],
  ['PC/SC service stopped', 'SERVICE_DOWN'],
  ['Unknown reader', 'READER_GONE'],
  ['Sharing violation', 'OTHER'],
] as const)('%s: %s, however deep', (message, code) => {
  const error = wrapped(wrapped(pcscError('SCardTransmit', new Error(message))));
  expect(pcscFailureOf(error)).toEqual({ code, detail: `SCardTransmit: ${message}` });
});

test('an error of nobody we know keeps its own words', () => {
  expect(pcscFailureOf(wrapped(undefined))).toEqual({ code: 'OTHER', detail: 'An error occurred while transmitting.' });
  expect(pcscFailureOf('no error at all')).toEqual({ code: 'OTHER', detail: 'no error at all' });
});

test('a broken connection means the card while one is spoken to, and the service while readers are watched', () => {
  expect(pcscError('SCardTransmit', new Error('Communication error')).code).toBe('OTHER');
  expect(watchError(new Error('Communication error')).code).toBe('SERVICE_DOWN');
});
