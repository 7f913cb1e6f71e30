// Goal: with "auto" the till finds a PC/SC reader or says plainly that it simulates one, and decides only once.
// Method: the choice fed with reader states in every order that a reader host can send them.
import { describe, expect, it } from 'vitest';
import { ReaderChoice } from './reader-choice.ts';

describe('screens.md: the simulated reader where no PC/SC reader is found', () => {
  it.each(['unavailable', 'service-down'] as const)('falls back at once when PC/SC is %s', (state) => {
    const choice = new ReaderChoice('auto');
    expect(choice.kind).toBe('pcsc');
    expect(choice.stateSeen('starting')).toBe(false);
    expect(choice.stateSeen(state)).toBe(true);
    expect(choice.kind).toBe('simulated');
    expect(choice.stateSeen(state)).toBe(false);
  });

  it('waits for a reader that turns up in time', () => {
    const choice = new ReaderChoice('auto');
    expect(choice.stateSeen('missing')).toBe(false);
    expect(choice.stateSeen('ready')).toBe(false);
    expect(choice.searchTimeOver('ready')).toBe(false);
    expect(choice.kind).toBe('pcsc');
  });

  it('falls back when the time is over and none has', () => {
    const choice = new ReaderChoice('auto');
    expect(choice.stateSeen('missing')).toBe(false);
    expect(choice.searchTimeOver('missing')).toBe(true);
    expect(choice.kind).toBe('simulated');
  });

  it('keeps a reader it has found, whatever happens to it in the evening', () => {
    const choice = new ReaderChoice('auto');
    choice.stateSeen('ready');
    expect(choice.stateSeen('service-down')).toBe(false);
    expect(choice.searchTimeOver('missing')).toBe(false);
    expect(choice.hostGone()).toBe(false);
    expect(choice.kind).toBe('pcsc');
  });

  it('takes a driver that kills its host while searching for none', () => {
    const choice = new ReaderChoice('auto');
    expect(choice.hostGone()).toBe(true);
    expect(choice.kind).toBe('simulated');
  });

  it.each(['pcsc', 'simulated'] as const)('never changes %s when it was asked for', (kind) => {
    const choice = new ReaderChoice(kind);
    expect(choice.stateSeen('unavailable')).toBe(false);
    expect(choice.searchTimeOver('missing')).toBe(false);
    expect(choice.hostGone()).toBe(false);
    expect(choice.kind).toBe(kind);
  });
});
