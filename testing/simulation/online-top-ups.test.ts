/**
 * Goal: what a customer's cards have paid is followed in the order in which the backend booked it. Method: the ordering alone.
 */
import { expect, test } from 'vitest';
import { inOrderOfBooking } from './online-top-ups.ts';

test('Q20: two top-ups that one round has ended are counted as they came onto the tag, not as they were opened (seed 35)', () => {
  const rows = [
    { id: 3, adjustmentNumber: 11 },
    { id: 4, adjustmentNumber: null },
    { id: 5, adjustmentNumber: 10 },
  ];
  expect(inOrderOfBooking(rows).map(({ id }) => id)).toEqual([4, 5, 3]);
});
