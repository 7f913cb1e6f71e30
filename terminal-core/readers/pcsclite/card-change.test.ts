/**
 * Goal: no card is taken for another one, however quickly they follow each other.
 * Method: the states a PC/SC service reports, fed to a reader; what nfc-pcsc is told of them.
 */
import { expect, test } from 'vitest';
import { reportChange } from './card-change.ts';
import { CardReader } from './card-reader.ts';
import { readerState } from './constants.ts';

const { empty, present, changed } = readerState;
const atr = Buffer.from('3B8F', 'hex');

/** A state with the service's count of comings and goings in its upper half. */
function counted(count: number, state: number): number {
  return (count << 16) | state | changed;
}

function told(states: readonly number[]): { readonly seen: readonly string[]; readonly insertion: number } {
  const reader = new CardReader('a reader');
  const seen: string[] = [];
  reader.on('status', ({ state }: { state: number }) => seen.push((state & present) === 0 ? 'empty' : 'present'));
  for (const state of states) {
    reportChange(reader, state, (state & present) === 0 ? null : atr);
  }
  return { seen, insertion: reader.insertion };
}

test('a card comes and goes: two changes', () => {
  expect(told([counted(0, empty), counted(1, present), counted(2, empty)])).toEqual({
    seen: ['empty', 'present', 'empty'],
    insertion: 3,
  });
});

test('a swap between two looks is a card that goes and another that comes', () => {
  expect(told([counted(1, present), counted(3, present)])).toEqual({
    seen: ['present', 'empty', 'present'],
    insertion: 3,
  });
});

test('a change that is not about the card, as another program using it, is no new card', () => {
  const inUse = 0x0100;
  expect(told([counted(1, present), counted(1, present | inUse)])).toEqual({
    seen: ['present', 'present'],
    insertion: 1,
  });
});

test('nfc-pcsc compares with the state before: it changes after it was told', () => {
  const reader = new CardReader('a reader');
  const before: number[] = [];
  reader.on('status', () => before.push(reader.state));
  reader.report(empty, null);
  reader.report(present, atr);
  expect(before).toEqual([readerState.unaware, empty]);
});
