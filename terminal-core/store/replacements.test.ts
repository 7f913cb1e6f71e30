/**
 * Goal: what the till keeps of a tag in a lost one's place cannot be lost, changed or told twice (INV-14).
 * Method: the real database; the rules are attacked through its own connection, behind the store's back.
 */
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { describe, expect, test } from 'vitest';
import { at, shownBy, storesOfTest, uid } from '../../testing/till/store-folder.ts';
import { StoredReplacements } from './replacements.ts';

const stores = storesOfTest();
const lostUid = '04FFFFFFFFFFFF';
const event = { event: 'replace', uid, generation: 1, detail: null } as const;
const slot = new Uint8Array(64).fill(7);

function opened() {
  const { database, journal, store } = stores.enrolled();
  return { database, journal, replacements: new StoredReplacements(database, drizzle(database), store) };
}

describe('a replacement', () => {
  test('is kept from the asking to the reading back, and told once, with what the tag shows', () => {
    const { journal, replacements } = opened();
    expect(replacements.ofNewTag(uid)).toBeNull();
    replacements.ask(lostUid, uid, at);
    expect(replacements.ofNewTag(uid)).toEqual({ lostUid, newUid: uid, slot: null, isWritten: false });
    replacements.begin(uid, slot);
    expect(replacements.ofNewTag(uid)).toMatchObject({ slot: Buffer.from(slot), isWritten: false });
    for (let times = 0; times < 2; times += 1) replacements.conclude(uid, event, shownBy(0, 9_500));
    expect(replacements.ofNewTag(uid)).toMatchObject({ isWritten: true });
    expect([...journal.lines()].map((line) => JSON.parse(line).kind)).toEqual(['tagEvent', 'tagSnapshot']);
  });

  test('a tag that was only asked for may be meant for another lost one', () => {
    const { replacements } = opened();
    replacements.ask(lostUid, uid, at);
    replacements.begin(uid, slot);
    replacements.ask('04EEEEEEEEEEEE', uid, at);
    expect(replacements.ofNewTag(uid)).toMatchObject({ lostUid: '04EEEEEEEEEEEE', slot: null });
  });

  test('INV-14: nothing is written that was not asked for', () => {
    const { replacements } = opened();
    expect(() => replacements.begin(uid, slot)).toThrow('INV-14');
    expect(() => replacements.conclude(uid, event, shownBy(0, 9_500))).toThrow('INV-14');
  });

  test.each([
    ['another lost tag', `UPDATE tag_replacement SET lost_uid = '04EEEEEEEEEEEE'`],
    ['another image', 'UPDATE tag_replacement SET slot = zeroblob(64)'],
    ['not written after all', 'UPDATE tag_replacement SET written_at = NULL'],
    ['gone', 'DELETE FROM tag_replacement'],
  ])('INV-14: what was read back stays as it is (%s)', (_, sql) => {
    const { database, replacements } = opened();
    replacements.ask(lostUid, uid, at);
    replacements.begin(uid, slot);
    replacements.conclude(uid, event, shownBy(0, 9_500));
    expect(() => database.exec(sql)).toThrow('INV-14');
  });

  test.each([
    ['in its own place', `INSERT INTO tag_replacement VALUES ('04', '04', 'x', NULL, NULL)`],
    ['written without an image', `INSERT INTO tag_replacement VALUES ('04', '05', 'x', NULL, 'x')`],
    ['half an image', `INSERT INTO tag_replacement VALUES ('04', '05', 'x', zeroblob(32), NULL)`],
  ])('a row that makes no sense is refused (%s)', (_, sql) => {
    expect(() => opened().database.exec(sql)).toThrow('CHECK');
  });
});
