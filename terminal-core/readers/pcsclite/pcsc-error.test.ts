/**
 * Goal: a PC/SC service that dies is told apart from a reader that does not work, at whatever call it dies.
 * Method: the texts that `smartcard` throws, raw from the watching call and wrapped by the call that opens a context.
 */
import { describe, expect, test } from 'vitest';
import { pcscError, watchError } from './pcsc-error.ts';

const lost = new Error('Communication error');

describe('errors of the watching', () => {
  test('a connection that breaks while it is watched is the end of the service', () => {
    expect(watchError(lost).code).toBe('SERVICE_DOWN');
  });

  test('so is one that breaks while it is made', () => {
    expect(watchError(pcscError('SCardEstablishContext', lost)).code).toBe('SERVICE_DOWN');
  });

  test('of a card the same text says nothing about the service', () => {
    expect(pcscError('SCardTransmit', lost).code).toBe('OTHER');
  });

  test('another failure keeps its own code and text', () => {
    expect(watchError(new Error('Unknown reader'))).toMatchObject({ code: 'READER_GONE' });
    expect(watchError(new Error('Something new'))).toMatchObject({
      code: 'OTHER',
      message: 'SCardGetStatusChange: Something new',
    });
  });
});
