import fs from 'node:fs';
import path from 'node:path';
import { traceSyncs } from '../klink/strace.ts';
import { makeFolder } from '../klink/test-folder.ts';
import type { VirtualReader } from '../virtual-reader/virtual-reader.ts';
import { Counter } from './counter.ts';
import type { Victim } from './killable-till.ts';
import type { KillingWorld } from './killing-world.ts';
import type { Kind } from './kind.ts';

/** What one operation does when nothing disturbs it. */
export interface Course {
  /** For each APDU, whether it writes. */
  readonly apdus: readonly boolean[];
  readonly commitCount: number;
  /** How often it asks the backend. */
  readonly requestCount: number;
}

/** Where a victim dies. */
export type Moment =
  /** The n-th APDU is on the tag: done by it or not, and no answer has come. */
  | { readonly at: 'apdu'; readonly number: number; readonly isDone: boolean }
  /** The n-th commit is written, and nothing after it has begun. */
  | { readonly at: 'commit'; readonly number: number }
  /** The n-th request to the backend is on its way: done by it or not, and no answer has come. */
  | { readonly at: 'request'; readonly number: number; readonly isDone: boolean };

/** What happens next. */
export type Aftermath =
  /** The till is started again: cleanup without the tag, then with it, then the same operation. */
  | 'cleanup'
  /** The till is started again, and the customer simply tries again: the tag is resolved before anything new (R36). */
  | 'try again'
  /** The till lives on; the customer shows the tag again. */
  | 'put back'
  /** The till lives on; the customer is gone, the cashier gives up, and the tag is shown only later. */
  | 'taken away';

export interface Position {
  readonly victim: Victim;
  readonly moment: Moment;
  readonly aftermath: Aftermath;
}

/** Runs the operation once, undisturbed, and counts. */
export async function courseOf(world: KillingWorld, kind: Kind, reader: VirtualReader): Promise<Course> {
  const counter = await Counter.open(world, kind, reader);
  const traces = makeFolder('strace');
  try {
    const operation = await kind.prepare(counter);
    const output = path.join(traces.place, 'syncs');
    const apdusBefore = (await reader.apdus()).length;
    const requestsBefore = counter.line.requestCount;
    const tracing = await traceSyncs(counter.till.pidOf('till-host'), output);
    await counter.tapped(operation, kind.taps);
    await tracing.detach();
    const synced = fs
      .readFileSync(output, 'utf8')
      .split('\n')
      .filter((line) => /sync\(/.test(line));
    const apdus = (await reader.apdus()).slice(apdusBefore).map(({ isWrite }) => isWrite);
    return { apdus, commitCount: synced.length, requestCount: counter.line.requestCount - requestsBefore };
  } finally {
    traces.remove();
    await counter.close();
  }
}

/**
 * Every position of a kind. An APDU that reads counts only once, as done: whether the tag has answered a question makes no
 * difference to it, and to the till only the answer does, which comes in neither case.
 */
export function allPositions({ apdus, commitCount, requestCount }: Course): readonly Position[] {
  const commits = numbersTo(commitCount).flatMap((number) => tillHost({ at: 'commit', number }, true));
  const firstWrite = apdus.indexOf(true) + 1;
  const moments = apdus.flatMap((isWrite, index): readonly Moment[] => {
    const number = index + 1;
    return (isWrite ? [false, true] : [true]).map((isDone) => ({ at: 'apdu', number, isDone }));
  });
  return [
    ...commits,
    ...requestsOf(requestCount),
    ...moments.flatMap((moment) => {
      // The images are durable before the UID is read once more, which is the APDU before the first write.
      const mayBeUnknown = firstWrite > 0 && moment.number >= firstWrite - 1;
      return [...tillHost(moment, mayBeUnknown), ...readerHost(moment, mayBeUnknown)];
    }),
  ];
}

/**
 * The ones that say most: the commit that begins the writing, the first and the last write, and the last thing the backend
 * did. Every kind takes half of them, the next one the other half.
 * @param turn of the kind among all; null takes all of them, the last commit too, and both victims at both writes
 */
export function fewPositions({ apdus, commitCount, requestCount }: Course, turn: number | null): readonly Position[] {
  const commits = turn === null ? numbersTo(commitCount).slice(-2) : [Math.max(1, commitCount - 1)];
  const killed = [
    ...commits.map((number) => position('till-host', { at: 'commit', number }, 'cleanup')),
    // Between the backend having done something and the till knowing it.
    ...requestsOf(requestCount)
      .filter(({ moment }) => moment.at === 'request' && moment.isDone)
      .slice(-1),
  ];
  const lastDone = { at: 'apdu', number: apdus.lastIndexOf(true) + 1, isDone: true } as const;
  const half = (positions: readonly Position[]) => positions.filter((_, at) => turn === null || at % 2 === turn % 2);
  if (lastDone.number === 0)
    return half([...killed, position('reader-host', { ...lastDone, number: apdus.length }, 'put back')]);
  const first = { at: 'apdu', number: apdus.indexOf(true) + 1, isDone: false } as const;
  const least = [...killed, position('till-host', first, 'cleanup'), position('reader-host', lastDone, 'taken away')];
  if (turn !== null) return half(least);
  return [...least, position('till-host', lastDone, 'try again'), position('reader-host', first, 'put back')];
}

export function describePosition({ victim, moment, aftermath }: Position): string {
  const doneOrNot = moment.at !== 'commit' ? (moment.isDone ? ' (done)' : ' (not done)') : '';
  return `${victim} at ${moment.at} ${moment.number}${doneOrNot}, then ${aftermath}`;
}

function tillHost(moment: Moment, mayBeUnknown: boolean): readonly Position[] {
  const cleaned = position('till-host', moment, 'cleanup');
  return mayBeUnknown ? [cleaned, position('till-host', moment, 'try again')] : [cleaned];
}

function requestsOf(requestCount: number): readonly Position[] {
  return numbersTo(requestCount).flatMap((number) =>
    [false, true].map((isDone) => position('till-host', { at: 'request', number, isDone }, 'cleanup')),
  );
}

function readerHost(moment: Moment, mayBeUnknown: boolean): readonly Position[] {
  const putBack = position('reader-host', moment, 'put back');
  return mayBeUnknown ? [putBack, position('reader-host', moment, 'taken away')] : [putBack];
}

function position(victim: Victim, moment: Moment, aftermath: Aftermath): Position {
  return { victim, moment, aftermath };
}

function numbersTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
