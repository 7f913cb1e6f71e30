// Goal: what is typed on the keypad is the amount in minor units, whatever the order of the keys.
// Method: key sequences with their amounts, and the largest amount a tag can hold as the edge.
import { describe, expect, it } from 'vitest';
import { amountMinorMax } from '../../contract/wire/money.ts';
import type { KeypadKey } from '../../ui/components/keypad.tsx';
import { typeKey } from './typed-amount.ts';

const typed = (...keys: KeypadKey[]): number => keys.reduce(typeKey, 0);

describe('typing an amount', () => {
  it('comes in from the right', () => {
    expect(typed('5', '5', '00')).toBe(5_500);
    expect(typed('0', '0', '7')).toBe(7);
    expect(typed('1', '2', '3', 'backspace')).toBe(12);
    expect(typed('backspace', '00')).toBe(0);
  });

  it('stops at the largest amount a tag can hold', () => {
    expect(typed('2', '1', '4', '7', '4', '8', '3', '6', '4', '7')).toBe(amountMinorMax);
    expect(typed('2', '1', '4', '7', '4', '8', '3', '6', '4', '8')).toBe(214_748_364);
  });
});
