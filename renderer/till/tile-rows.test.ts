/**
 * Goal: five thousand tiles cost no more than those that are seen, and every one of them can be reached.
 * Method: the arithmetic of rows alone, over all kinds of windows.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { neighbourOf, rowsToDraw, tileRows } from './tile-rows.ts';

const width = fc.integer({ min: 200, max: 3_000 });
const height = fc.integer({ min: 300, max: 2_000 });
const count = fc.integer({ min: 0, max: 6_000 });

describe('screens.md, 1024 × 768 to 1920 × 1080', () => {
  test('columns as many as there is room for, none narrower than a finger wants', () => {
    expect(tileRows(60, 584, 768)).toMatchObject({ columns: 3, rowCount: 20, rowHeightPx: 134 });
    expect(tileRows(60, 840, 800)).toMatchObject({ columns: 5, rowCount: 12 });
    expect(tileRows(60, 1_480, 1_080)).toMatchObject({ columns: 5, rowHeightPx: 151 });
    expect(tileRows(0, 840, 800)).toMatchObject({ rowCount: 0, totalHeightPx: 0 });
  });

  test('whatever is in sight is drawn, and little else', () => {
    fc.assert(
      fc.property(count, width, height, fc.double({ min: 0, max: 1, noNaN: true }), (tiles, wide, high, part) => {
        const rows = tileRows(tiles, wide, high);
        const scrollTopPx = Math.max(0, rows.totalHeightPx - high) * part;
        const { first, end } = rowsToDraw(rows, scrollTopPx, high);
        const pitchPx = rows.rowHeightPx + 12;
        expect(first * pitchPx).toBeLessThanOrEqual(scrollTopPx);
        expect(end === rows.rowCount || end * pitchPx >= scrollTopPx + high).toBe(true);
        expect(end - first).toBeLessThanOrEqual(Math.ceil(high / pitchPx) + 6);
      }),
    );
  });
});

describe('screens.md, keyboard for everything', () => {
  test('arrows lead to the neighbour as it is seen, and not out of the grid', () => {
    expect(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'].map((key) => neighbourOf(4, key, 8, 3))).toEqual([
      3, 5, 1, 7,
    ]);
    expect(neighbourOf(0, 'ArrowLeft', 8, 3)).toBeNull();
    expect(neighbourOf(6, 'ArrowDown', 8, 3)).toBeNull();
    expect(neighbourOf(4, 'a', 8, 3)).toBeNull();
  });
});
