/**
 * Goal: the simulated reader is a reader like any other to the till, and its drawer does what a person does with
 * wristbands, torn off at any write and kept through a crash.
 * Method: the reader over a drawer in a folder of its own; time is moved by hand; the file is read back by a second
 * reader, which is what a new process would see.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReaderEvent } from '../../../contract/ipc/reader.ts';
import { type SimulatorView, tearPoints } from '../../../contract/ipc/simulator.ts';
import { fromHex, toHex } from '../../tag/bytes.ts';
import { SimulatedReader } from './simulated-reader.ts';

const getUid = bytes('FFCA000000');
const readPage5 = bytes('FFB0000504');
const writePage5 = bytes('FFD600050401020304');
const factoryPage5 = '340300FE';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'klink-drawer-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function bytes(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array();
}

class Bench {
  readonly events: ReaderEvent[] = [];
  readonly reader: SimulatedReader;
  view: SimulatorView = { tags: [], presentTagId: null };
  #timer: (() => void) | null = null;
  #lastId = 0;

  constructor(simulatedTag: string | null = null) {
    this.reader = new SimulatedReader({
      dataFolder: folder,
      simulatedTag,
      report: (event) => this.events.push(event),
      show: (view) => {
        this.view = view;
      },
      schedule: (_, act) => {
        this.#timer = act;
        return () => {
          this.#timer = this.#timer === act ? null : this.#timer;
        };
      },
    });
    this.reader.start();
  }

  get isTimerSet(): boolean {
    return this.#timer !== null;
  }

  /** The till has been silent for as long as a tap waits. */
  idle(): void {
    const act = this.#timer;
    this.#timer = null;
    act?.();
  }

  tagId(label: string): string {
    return this.view.tags.find((tag) => tag.label === label)?.tagId ?? '';
  }

  presenceId(): number {
    const event = this.events.findLast(({ kind }) => kind === 'card-present');
    return event?.kind === 'card-present' ? event.presenceId : 0;
  }

  /** The response in hex, or the fault. */
  transmit(apdu: Uint8Array, presenceId = this.presenceId()): string {
    this.#lastId += 1;
    const id = this.#lastId;
    this.reader.handle({ kind: 'transmit', id, presenceId, apdu });
    const settled = this.events.find((event) => 'id' in event && event.id === id);
    switch (settled?.kind) {
      case 'answer':
        return toHex(settled.response);
      case 'failure':
        return settled.fault;
      default:
        return 'nothing';
    }
  }

  kinds(): readonly string[] {
    return this.events.map(({ kind }) => kind);
  }
}

describe('the drawer', () => {
  test('a new folder starts with three wristbands, each with a UID of its own', () => {
    const { view, events } = new Bench();
    expect(view.tags.map(({ label }) => label)).toEqual(['Wristband 1', 'Wristband 2', 'Wristband 3']);
    expect(new Set(view.tags.map(({ uid }) => uid)).size).toBe(3);
    expect(view.tags.every(({ uid }) => /^04[0-9A-F]{12}$/.test(uid))).toBe(true);
    expect(events).toEqual([
      { kind: 'state', readerKind: 'simulated', state: 'ready', readerName: 'Simulated reader', detail: null },
    ]);
  });

  test('a tag is made, cloned with its UID and contents, and thrown away', () => {
    const bench = new Bench();
    expect(bench.reader.simulate({ kind: 'create', label: 'Anna' })).toMatchObject({ ok: true });
    expect(bench.reader.simulate({ kind: 'create', label: 'Anna' })).toMatchObject({
      ok: false,
      fault: { code: 'USAGE' },
    });
    const anna = bench.tagId('Anna');
    bench.reader.simulate({ kind: 'hold', tagId: anna });
    bench.transmit(writePage5);
    bench.reader.simulate({ kind: 'clone', tagId: anna });
    bench.reader.simulate({ kind: 'clone', tagId: anna });
    expect(bench.view.tags.map(({ label }) => label).slice(3)).toEqual(['Anna', 'Anna copy', 'Anna copy 2']);
    bench.reader.simulate({ kind: 'hold', tagId: bench.tagId('Anna copy') });
    expect(bench.transmit(readPage5)).toBe('010203049000');
    expect(bench.transmit(getUid)).toBe(`${bench.view.tags[3]?.uid}9000`);
    bench.reader.simulate({ kind: 'delete', tagId: bench.tagId('Anna copy') });
    expect(bench.view.presentTagId).toBeNull();
    expect(bench.kinds().at(-1)).toBe('card-gone');
    expect(bench.reader.simulate({ kind: 'tap', tagId: 'nobody' })).toMatchObject({ fault: { code: 'USAGE' } });
  });

  test.each([
    [{}, 14, '03'],
    [{ uidLength: 4 }, 8, '03'],
    [{ uidLength: 10 }, 20, '03'],
    [{ technology: 'classic1k' }, 8, '01'],
    [{ technology: 'classic1k', uidLength: 7 }, 14, '01'],
    [{ technology: 'classic1k', uidLength: 10 }, 20, '01'],
  ] as const)('a tag %j is made, and is the same for a new process', (kind, digits, name) => {
    const bench = new Bench();
    bench.reader.simulate({ kind: 'create', label: 'Anna', ...kind });
    const uid = bench.view.tags.at(-1)?.uid;
    expect(uid).toMatch(new RegExp(`^[0-9A-F]{${digits}}$`));
    const next = new Bench('Anna');
    expect(next.events.at(-1)).toMatchObject({ kind: 'card-present' });
    expect(next.transmit(getUid)).toBe(`${uid}9000`);
    const present = next.events.find((event) => event.kind === 'card-present');
    expect(present?.kind === 'card-present' ? toHex(present.atr).slice(28, 30) : null).toBe(name);
  });

  test('a rollback puts back what was there before each stay in which the tag was written, also in a new process', () => {
    const write = (last: string): Uint8Array => bytes(`FFD6000504010203${last}`);
    const first = new Bench();
    const tagId = first.tagId('Wristband 1');
    expect(first.reader.simulate({ kind: 'rollback', tagId })).toMatchObject({ fault: { code: 'USAGE' } });
    for (const last of ['01', '02', '03']) {
      first.reader.simulate({ kind: 'hold', tagId });
      // A stay is one step back, however often the tag was written in it; one without a write is none.
      first.transmit(write('EE'));
      first.transmit(write(last));
      first.reader.simulate({ kind: 'hold', tagId });
      first.transmit(readPage5);
    }
    const bench = new Bench();
    bench.reader.simulate({ kind: 'hold', tagId });
    const shown: string[] = [bench.transmit(readPage5)];
    for (let back = 0; back < 3; back += 1) {
      expect(bench.reader.simulate({ kind: 'rollback', tagId })).toMatchObject({ ok: true });
      shown.push(new Bench('Wristband 1').transmit(readPage5));
    }
    expect(shown).toEqual(['010203039000', '010203029000', '010203019000', `${factoryPage5}9000`]);
    expect(bench.reader.simulate({ kind: 'rollback', tagId })).toMatchObject({ fault: { code: 'USAGE' } });
  });

  test('a torn write can be rolled back too', () => {
    const bench = new Bench();
    const tagId = bench.tagId('Wristband 1');
    bench.reader.simulate({ kind: 'tear', tagId, writeNumber: 1, point: 'during' });
    bench.transmit(writePage5);
    bench.reader.simulate({ kind: 'rollback', tagId });
    bench.reader.simulate({ kind: 'hold', tagId });
    expect(bench.transmit(readPage5)).toBe(`${factoryPage5}9000`);
  });

  test('no more than eight older copies are kept', () => {
    const bench = new Bench();
    const tagId = bench.tagId('Wristband 1');
    for (let stay = 0; stay < 12; stay += 1) {
      bench.reader.simulate({ kind: 'hold', tagId });
      bench.transmit(writePage5);
    }
    const answers = Array.from({ length: 9 }, () => bench.reader.simulate({ kind: 'rollback', tagId }).ok);
    expect(answers).toEqual([...new Array(8).fill(true), false]);
  });

  test('a drawer of an earlier version, which kept no older copies, is still read', () => {
    new Bench('Anna');
    const file = path.join(folder, 'simulated-tags.json');
    const drawer: unknown = JSON.parse(readFileSync(file, 'utf8'), (key, value: unknown) =>
      key === 'olderMemories' ? undefined : value,
    );
    writeFileSync(file, JSON.stringify(drawer));
    expect(new Bench('Anna').view.tags).toHaveLength(4);
  });

  test('a corrupted MIFARE Classic keeps its header and its trailers', () => {
    const bench = new Bench();
    bench.reader.simulate({ kind: 'create', label: 'Anna', technology: 'classic1k' });
    bench.reader.simulate({ kind: 'hold', tagId: bench.tagId('Anna') });
    const open = ['FF82000006FFFFFFFFFFFF', 'FF860000050100086000'].map((apdu) => bench.transmit(bytes(apdu)));
    expect(open).toEqual(['9000', '9000']);
    expect(bench.transmit(bytes(`FFD6000910${'AB'.repeat(16)}`))).toBe('9000');
    bench.reader.simulate({ kind: 'corrupt', tagId: bench.tagId('Anna') });
    expect(bench.transmit(bytes('FFB0000910'))).toBe(`${'AB'.repeat(8)}${'00'.repeat(8)}9000`);
    expect(bench.transmit(bytes('FFB0000B10'))).toBe('000000000000FF078069FFFFFFFFFFFF9000');
  });

  test('every page written is in the file before it is answered', () => {
    const bench = new Bench('Anna');
    const seen: string[] = [];
    for (let page = 4; page < 12; page += 1) {
      expect(bench.transmit(Uint8Array.of(0xff, 0xd6, 0, page, 4, page, page, page, page))).toBe('9000');
      seen.push(new Bench('Anna').transmit(Uint8Array.of(0xff, 0xb0, 0, page, 4)));
    }
    expect(seen).toEqual([4, 5, 6, 7, 8, 9, 10, 11].map((page) => `${toHex(new Uint8Array(4).fill(page))}9000`));
  });

  test('a drawer that cannot be read is not replaced by a new one: its tags may hold money', () => {
    const file = path.join(folder, 'simulated-tags.json');
    writeFileSync(file, '{"version": 1, "tags": [{"tagId"');
    const bench = new Bench();
    expect(bench.events).toMatchObject([{ kind: 'state', state: 'fault' }]);
    expect(bench.reader.simulate({ kind: 'create', label: 'Anna' })).toMatchObject({ fault: { code: 'READER_FAULT' } });
    expect(readFileSync(file, 'utf8')).toBe('{"version": 1, "tags": [{"tagId"');
  });
});

describe('gestures', () => {
  test('a tap stays while the till speaks to the tag, and then leaves', () => {
    const bench = new Bench();
    bench.reader.simulate({ kind: 'tap', tagId: bench.tagId('Wristband 1') });
    expect(bench.view.presentTagId).toBe(bench.tagId('Wristband 1'));
    expect(bench.transmit(getUid)).toMatch(/9000$/);
    expect(bench.view.presentTagId).not.toBeNull();
    bench.idle();
    expect(bench.kinds()).toEqual(['state', 'card-present', 'answer', 'card-gone']);
    expect(bench.view.presentTagId).toBeNull();
    expect(bench.transmit(getUid)).toBe('card-gone');
  });

  test('a tag that is held stays until it is removed', () => {
    const bench = new Bench();
    bench.reader.simulate({ kind: 'hold', tagId: bench.tagId('Wristband 1') });
    expect(bench.isTimerSet).toBe(false);
    bench.reader.simulate({ kind: 'remove' });
    expect(bench.kinds()).toEqual(['state', 'card-present', 'card-gone']);
  });

  test('laying another tag down takes the first one away: two stays, and nothing reaches the wrong tag', () => {
    const bench = new Bench();
    bench.reader.simulate({ kind: 'hold', tagId: bench.tagId('Wristband 1') });
    const first = bench.presenceId();
    bench.reader.simulate({ kind: 'hold', tagId: bench.tagId('Wristband 2') });
    expect(bench.transmit(writePage5, first)).toBe('card-gone');
    expect(bench.transmit(readPage5)).toBe(`${factoryPage5}9000`);
  });

  test('the tag named on the command line lies there at once, made if there is none, and is the same next time', () => {
    const bench = new Bench('Anna');
    expect(bench.kinds()).toEqual(['state', 'card-present']);
    const uid = bench.transmit(getUid);
    const next = new Bench('Anna');
    expect(next.transmit(getUid)).toBe(uid);
    expect(next.view.tags).toHaveLength(4);
  });

  test('a reset is a new stay of the same tag', () => {
    const bench = new Bench('Anna');
    const old = bench.presenceId();
    bench.reader.handle({ kind: 'reset', id: 900, presenceId: old });
    expect(bench.kinds().slice(-3)).toEqual(['card-gone', 'card-present', 'answer']);
    expect(bench.transmit(getUid, old)).toBe('card-gone');
    expect(bench.transmit(getUid)).toMatch(/9000$/);
  });
});

describe('torn off', () => {
  const left = { before: factoryPage5, during: '0102FCFB', after: '01020304' } as const;

  test.each(tearPoints)('R33: %s the second write: the answer is lost, and the file shows what was left', (point) => {
    const bench = new Bench();
    const tagId = bench.tagId('Wristband 1');
    bench.reader.simulate({ kind: 'tear', tagId, writeNumber: 2, point });
    expect(bench.transmit(bytes('FFD6000404AABBCCDD'))).toBe('9000');
    expect(bench.transmit(readPage5)).toBe(`${factoryPage5}9000`);
    expect(bench.transmit(writePage5)).toBe('card-gone');
    expect(bench.kinds().slice(-2)).toEqual(['failure', 'card-gone']);
    const later = new Bench();
    later.reader.simulate({ kind: 'hold', tagId });
    expect(later.transmit(bytes('FFB0000408'))).toBe(`AABBCCDD${left[point]}9000`);
  });
});

describe('an emulated tag on its reader', () => {
  test.each([
    ['a page that is not there', 'FFB0002D04', '6300'],
    ['no length', 'FFB0000400', '6700'],
    ['more than four pages', 'FFB0000411', '6700'],
    ['half a page', 'FFD60004020102', '6700'],
    ['two pages', 'FFD60004080102030405060708', '6700'],
    ['the UID', 'FFD600000401020304', '6300'],
    ['the capability container', 'FFD600030401020304', '6300'],
    ['the configuration', 'FFD600290401020304', '6300'],
    ['an unknown instruction', 'FF00000000', '6D00'],
    ['another class', '00A4040000', '6E00'],
    ['too short', 'FFCA00', '6700'],
  ])('%s is refused', (_, apdu, status) => {
    const bench = new Bench('Anna');
    expect(bench.transmit(bytes(apdu))).toBe(status);
  });

  test('a read at its end goes on with its first page, as the chip does', () => {
    const bench = new Bench('Anna');
    const uid = bench.transmit(getUid).slice(0, 6);
    expect(bench.transmit(bytes('FFB0002C08')).slice(8, 14)).toBe(uid);
  });
});
