/**
 * Goal: the disk of the power cuts keeps what was synced whatever happens, may lose everything else in any way, and the ways
 * that are tried are really different ones.
 * Method: short histories of a folder by hand.
 */
import { describe, expect, test } from 'vitest';
import { Dice } from '../backend-world/dice.ts';
import { powerCuts } from './power-cuts.ts';
import { VolatileDisk } from './volatile-disk.ts';

type Happened = Parameters<VolatileDisk['apply']>[0];
const wrote = (file: string, offset: number, text: string): Happened => ({
  kind: 'wrote',
  file,
  offset,
  bytes: Buffer.from(text),
});
const created = (file: string): Happened => ({ kind: 'created', file });
const synced = (file: string): Happened => ({ kind: 'synced', file });
const folderSynced = synced('');

function diskAfter(...happened: readonly Happened[]): VolatileDisk {
  const disk = new VolatileDisk();
  for (const one of happened) disk.apply(one);
  return disk;
}

/** Every folder that may be found, as text. */
function found(disk: VolatileDisk): ReadonlySet<string> {
  return new Set(
    powerCuts(disk, new Dice(1, 'cuts')).map(({ survival }) =>
      JSON.stringify(
        [...disk.afterPowerLoss(survival)].map(([file, bytes]) => [file, bytes.toString('latin1')]).sort(),
      ),
    ),
  );
}

describe('what was synced is there', () => {
  test('bytes, once file and folder were synced', () => {
    const disk = diskAfter(created('a'), wrote('a', 0, 'one'), synced('a'), folderSynced);
    expect(found(disk)).toEqual(new Set(['[["a","one"]]']));
  });

  test('and stays as it was below bytes that were not', () => {
    const disk = diskAfter(created('a'), wrote('a', 0, 'one'), synced('a'), folderSynced, wrote('a', 3, 'two'));
    for (const folder of found(disk)) expect(folder).toMatch(/^\[\["a","one/);
    expect(found(disk)).toContain('[["a","one"]]');
    expect(found(disk)).toContain('[["a","onetwo"]]');
  });

  test('not its name, where the folder was not synced', () => {
    expect(found(diskAfter(created('a'), wrote('a', 0, 'one'), synced('a')))).toEqual(new Set(['[]', '[["a","one"]]']));
  });
});

test('of two writes the second may be there without the first', () => {
  const disk = diskAfter(created('a'), folderSynced, wrote('a', 0, 'one'), wrote('a', 3, 'two'));
  expect(found(disk)).toContain('[["a","\\u0000\\u0000\\u0000two"]]');
});

test('a write longer than a sector may be there in part', () => {
  const disk = diskAfter(created('a'), folderSynced, wrote('a', 0, 'x'.repeat(2_048)));
  expect(found(disk)).toContain(`[["a","${'x'.repeat(1_024)}"]]`);
});

test('a new name takes the place of an old one whole, or not at all', () => {
  const old = [created('a'), wrote('a', 0, 'old'), synced('a'), folderSynced];
  const disk = diskAfter(...old, created('b'), wrote('b', 0, 'new'), synced('b'), {
    kind: 'renamed',
    file: 'b',
    to: 'a',
  });
  expect(found(disk)).toEqual(new Set(['[["a","old"]]', '[["a","old"],["b","new"]]', '[["a","new"]]']));
});

test('a file that was cut and one that was removed may be whole again', () => {
  const one = [created('a'), wrote('a', 0, 'abc'), synced('a'), folderSynced];
  expect(found(diskAfter(...one, { kind: 'truncated', file: 'a', length: 1 }))).toEqual(
    new Set(['[["a","abc"]]', '[["a","a"]]']),
  );
  expect(found(diskAfter(...one, { kind: 'removed', file: 'a' }))).toEqual(new Set(['[["a","abc"]]', '[]']));
});

test('what programs see now is all of it', () => {
  const disk = diskAfter(
    created('a'),
    wrote('a', 0, 'abc'),
    { kind: 'truncated', file: 'a', length: 1 },
    wrote('a', 2, 'z'),
  );
  expect(disk.live('a')).toEqual(Buffer.from('a\u0000z'));
  expect(disk.live('b')).toBeNull();
});
