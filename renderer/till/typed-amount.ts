import { useState } from 'react';
import { amountMinorMax } from '../../contract/wire/money.ts';
import type { KeypadKey } from '../../ui/components/keypad.tsx';

/** The amount after one more key; digits come in from the right, as on every till. Too long a number stays as it was. */
export function typeKey(amountMinor: number, key: KeypadKey): number {
  if (key === 'backspace') return Math.floor(amountMinor / 10);
  const next = key === '00' ? amountMinor * 100 : amountMinor * 10 + Number(key);
  return next > amountMinorMax ? amountMinor : next;
}

export interface TypedAmount {
  readonly amountMinor: number;
  readonly set: (amountMinor: number) => void;
  readonly type: (key: KeypadKey) => void;
  /** For a key of the keyboard; answers whether it belonged to the amount. */
  readonly onKey: (key: string) => boolean;
}

const keyboardKeys = new Map<string, KeypadKey>([
  ...(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const).map((digit) => [digit, digit] as const),
  ['Backspace', 'backspace'],
]);

/** An amount that is being typed, on the screen or on the keyboard. */
export function useTypedAmount(): TypedAmount {
  const [amountMinor, set] = useState(0);
  const type = (key: KeypadKey): void => set((before) => typeKey(before, key));
  const onKey = (key: string): boolean => {
    const known = keyboardKeys.get(key);
    if (known !== undefined) type(known);
    return known !== undefined;
  };
  return { amountMinor, set, type, onKey };
}
