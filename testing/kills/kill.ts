import type { Answer } from '../../cli/answer.ts';
import type { Outcome } from '../../contract/ipc/operations.ts';
import type { StepEvent } from '../../contract/ipc/step.ts';
import { killAtSync } from '../klink/strace.ts';
import type { Counter, Operation } from './counter.ts';
import type { Moment, Position } from './positions.ts';

/** What the till says once it knows that the tag or the reader is gone, and waits for somebody. */
const waitingAgain: readonly StepEvent[] = ['tagGone', 'waitingForSameTag', 'waitingForTag'];

/**
 * Begins the operation and kills the victim at its moment. Resolves when the operation has an answer: `TILL_STOPPED` from a
 * till that was killed, its outcome from one that lives on.
 * @throws where the operation ended before the moment came: nothing was killed then
 */
export function killDuring(counter: Counter, operation: Operation, position: Position): Promise<Answer<Outcome>> {
  const { victim, moment, aftermath } = position;
  if (victim === 'till-host') return killTillHost(counter, operation, moment);
  return aftermath === 'put back'
    ? killReaderAndPutBack(counter, operation, moment)
    : killReaderAndGo(counter, operation, moment);
}

async function killTillHost(counter: Counter, operation: Operation, moment: Moment): Promise<Answer<Outcome>> {
  if (moment.at === 'request') {
    const { line } = counter;
    const ended = await heldAt(counter, operation, line.held(moment.number, moment.isDone), true);
    counter.till.kill('till-host');
    const answer = await ended.answer;
    line.release();
    return answer;
  }
  if (moment.at === 'apdu') {
    const ended = await holdAt(counter, operation, moment, true);
    counter.till.kill('till-host');
    return await ended.answer;
  }
  const tracing = await killAtSync(counter.till.pidOf('till-host'), moment.number);
  const answer = await counter.tap(operation);
  await tracing.detach();
  if (answer.ok) throw new Error('the till outlived it');
  return answer;
}

async function killReaderAndPutBack(counter: Counter, operation: Operation, moment: Moment): Promise<Answer<Outcome>> {
  const ended = await holdAt(counter, operation, moment, false);
  await killReaderHost(counter);
  await counter.reader.insert(counter.tag);
  return await ended.answer;
}

/** The customer walks away, and the cashier gives up as soon as the till asks for the tag again. */
async function killReaderAndGo(counter: Counter, operation: Operation, moment: Moment): Promise<Answer<Outcome>> {
  const ended = await holdAt(counter, operation, moment, false);
  const from = counter.till.steps.length;
  await killReaderHost(counter);
  await Promise.race([counter.till.step(from, ({ event }) => waitingAgain.includes(event)), ended.answer]);
  const cancelled = await counter.till.call('cancel', {});
  if (!cancelled.ok) await counter.till.ask('dismiss', {});
  return await ended.answer;
}

async function killReaderHost({ till, reader }: Counter): Promise<void> {
  till.kill('reader-host');
  // Also lets the APDU go that is being held.
  await reader.remove();
}

/** In an object, so that waiting for the moment is not waiting for the answer. */
interface Ended {
  readonly answer: Promise<Answer<Outcome>>;
}

async function holdAt(counter: Counter, operation: Operation, moment: Moment, firstTagOnly: boolean): Promise<Ended> {
  const isDone = moment.at === 'apdu' && moment.isDone;
  await counter.reader.plan({ kind: 'hold', counted: { of: 'apdus', number: moment.number }, isDone });
  return heldAt(counter, operation, counter.reader.held(), firstTagOnly);
}

async function heldAt(
  counter: Counter,
  operation: Operation,
  held: Promise<void>,
  firstTagOnly: boolean,
): Promise<Ended> {
  const answer = counter.tap(operation, firstTagOnly);
  const tooEarly = answer.then((ended) => {
    throw new Error(`it ended before that: ${JSON.stringify(ended)}`);
  });
  await Promise.race([held, tooEarly]);
  // From now on its end is what everybody waits for.
  tooEarly.catch(() => {});
  return { answer };
}
