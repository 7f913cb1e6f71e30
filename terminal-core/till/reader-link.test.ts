/**
 * Goal: the till sees one card at a time and gets one answer to each question, also when the reader host dies between any
 * two messages or speaks late.
 * Method: the link with a host that a test plays, message by message; time is the test's.
 */
import { describe, expect, test } from 'vitest';
import type { ReaderCommand } from '../../contract/ipc/reader.ts';
import { ManualTime, settled } from '../../testing/till/manual-time.ts';
import { limits } from '../domain/limits.ts';
import { ReaderLink } from './reader-link.ts';

const atr = Uint8Array.of(0x3b);
const apdu = Uint8Array.of(0xff, 0xca, 0, 0, 0);

function linked() {
  const time = new ManualTime();
  const asked: ReaderCommand[] = [];
  let stuck = 0;
  const link = new ReaderLink(
    'pcsc',
    (command) => asked.push(command),
    time,
    () => {
      stuck += 1;
    },
  );
  let changes = 0;
  link.onChange(() => {
    changes += 1;
  });
  return { time, asked, link, changes: () => changes, stuck: () => stuck };
}

describe('cards', () => {
  test('one after the other; a late word about a card that another has followed is not heard', () => {
    const { link, changes } = linked();
    link.handle({ kind: 'card-present', presenceId: 1, atr });
    const first = link.presence;
    link.handle({ kind: 'card-present', presenceId: 2, atr });
    link.handle({ kind: 'card-gone', presenceId: 1 });
    expect(link.presence).not.toBeNull();
    expect(link.presence?.presenceId).not.toBe(first?.presenceId);
    expect(changes()).toBe(2);
    link.handle({ kind: 'card-gone', presenceId: 2 });
    expect(link.presence).toBeNull();
  });

  test('of a restarted reader host, which counts from 1 again, are other presences than those before', async () => {
    const { link, asked } = linked();
    link.handle({ kind: 'card-present', presenceId: 1, atr });
    const old = link.presence?.presenceId ?? 0;
    link.hostGone('killed');
    expect(link.presence).toBeNull();
    expect(link.status).toMatchObject({ state: 'starting', detail: 'killed' });
    link.handle({ kind: 'card-present', presenceId: 1, atr });
    expect(link.presence?.presenceId).not.toBe(old);
    expect(await link.transmitTo(old)(apdu)).toMatchObject({ ok: false, fault: 'card-gone' });
    expect(asked).toEqual([]);
    void link.transmitTo(link.presence?.presenceId ?? 0)(apdu);
    expect(asked).toEqual([{ kind: 'transmit', id: 1, presenceId: 1, apdu }]);
  });
});

describe('questions', () => {
  test('that a stuck reader host leaves open are given up, and whoever started it is told', async () => {
    const { link, time, stuck } = linked();
    link.handle({ kind: 'card-present', presenceId: 5, atr });
    const answered = link.transmitTo(link.presence?.presenceId ?? 0)(apdu);
    link.handle({ kind: 'answer', id: 1, response: apdu });
    expect(await answered).toMatchObject({ ok: true });
    const open = link.transmitTo(link.presence?.presenceId ?? 0)(apdu);
    time.advance(limits.readerAnswerMs);
    await settled();
    expect(await open).toMatchObject({ ok: false, fault: 'timeout' });
    expect(stuck()).toBe(1);
    // The late answer of a host that woke up again is nobody's.
    link.handle({ kind: 'answer', id: 2, response: apdu });
    expect(stuck()).toBe(1);
  });

  test('are answered by their number, in any order, once', async () => {
    const { link, asked } = linked();
    link.handle({ kind: 'card-present', presenceId: 5, atr });
    const transmit = link.transmitTo(link.presence?.presenceId ?? 0);
    const answers = [transmit(apdu), transmit(apdu)];
    const [first, second] = asked.map(({ id }) => id);
    link.handle({ kind: 'failure', id: second ?? 0, fault: 'timeout', detail: 'slow' });
    link.handle({ kind: 'answer', id: first ?? 0, response: Uint8Array.of(1) });
    link.handle({ kind: 'answer', id: first ?? 0, response: Uint8Array.of(2) });
    link.handle({ kind: 'answer', id: 99, response: Uint8Array.of(3) });
    expect(await Promise.all(answers)).toEqual([
      { ok: true, response: Uint8Array.of(1) },
      { ok: false, fault: 'timeout', detail: 'slow' },
    ]);
  });

  test('that are open when the host dies are all answered: the card is gone', async () => {
    const { link } = linked();
    link.handle({ kind: 'card-present', presenceId: 1, atr });
    const transmit = link.transmitTo(link.presence?.presenceId ?? 0);
    const answers = [transmit(apdu), transmit(apdu)];
    link.hostGone('killed');
    for (const answer of answers) expect(await answer).toMatchObject({ ok: false, fault: 'card-gone' });
  });
});

describe('switching the field off and on', () => {
  test('the card comes back as another presence', async () => {
    const { link, asked } = linked();
    link.handle({ kind: 'card-present', presenceId: 1, atr });
    const reset = link.reset(link.presence?.presenceId ?? 0);
    link.handle({ kind: 'card-gone', presenceId: 1 });
    link.handle({ kind: 'card-present', presenceId: 2, atr });
    link.handle({ kind: 'answer', id: asked[0]?.id ?? 0, response: new Uint8Array() });
    expect(await reset).toBe(true);
  });

  test('a card that does not come back in time is not there', async () => {
    const { link, asked, time } = linked();
    link.handle({ kind: 'card-present', presenceId: 1, atr });
    const reset = link.reset(link.presence?.presenceId ?? 0);
    link.handle({ kind: 'answer', id: asked[0]?.id ?? 0, response: new Uint8Array() });
    link.handle({ kind: 'card-gone', presenceId: 1 });
    await settled();
    time.advance(limits.fieldResetMs);
    expect(await reset).toBe(false);
  });

  test('a reader that cannot do it says so at once, and nothing is left waiting', async () => {
    const { link, asked, time } = linked();
    link.handle({ kind: 'card-present', presenceId: 1, atr });
    const reset = link.reset(link.presence?.presenceId ?? 0);
    link.handle({ kind: 'failure', id: asked[0]?.id ?? 0, fault: 'failed', detail: 'no' });
    expect(await reset).toBe(false);
    expect(time.pendingMs).toEqual([]);
  });
});
