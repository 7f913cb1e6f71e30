import type { AnyEventObject } from 'xstate';
import { z } from 'zod';
import { stepName } from '../charts/every-chart.ts';
import type { Wish } from './model-words.ts';
import type { World } from './world.ts';

type Xstate = typeof import('xstate');

const machineSchema = z.looseObject({ id: z.string() });
const stateSchema = z.looseObject({ value: z.unknown() });

/** Every step that a chart has taken while it was watched, in words. */
export class ChartWatch {
  readonly taken = new Set<string>();
  isWatching = false;

  /** The real thing, but every step it takes is noted. */
  watched(xstate: Xstate): Xstate {
    const transition: Xstate['transition'] = (logic, snapshot, event) => {
      const answer = xstate.transition(logic, snapshot, event);
      if (this.isWatching) this.#note(logic, snapshot, event, answer[0]);
      return answer;
    };
    return { ...xstate, transition };
  }

  #note(logic: unknown, from: unknown, event: AnyEventObject, to: unknown): void {
    this.taken.add(stepName(machineSchema.parse(logic), stateSchema.parse(from), event, stateSchema.parse(to)));
  }

  /** What was unknown is decided by the cleanup, which needs no chart: it is read from the log of states. */
  noteResolved(chartOf: (number: number) => string, { till }: World): void {
    const ends = resolvedSchema.parse(
      till.database
        .prepare(
          `SELECT terminal_transaction_number AS number, to_state AS state FROM txn_state_log
           WHERE from_state = 'TerminalConfirmUnknown'`,
        )
        .all(),
    );
    for (const { number, state } of ends) {
      const chart = chartOf(number);
      const event = { type: 'RESOLVED', finding: state === 'Committed' ? 'written' : 'not-written' };
      this.taken.add(stepName({ id: chart }, { value: 'unknown' }, event, { value: state.toLowerCase() }));
    }
  }
}

const resolvedSchema = z.array(z.object({ number: z.int(), state: z.enum(['Committed', 'Aborted']) }));

/** The chart that makes the transactions of a wish. */
export function chartOfWish(wish: Wish | undefined): string {
  switch (wish?.kind) {
    case 'sale':
      return wish.taps === 2 ? 'twoTapPurchase' : 'purchase';
    case 'top-up':
      return 'cashTopUp';
    case 'refund':
    case 'reversal':
      return 'cashRefund';
    case 'chargeback':
      return 'chargeback';
    case 'block':
    case 'adjustment':
      return 'tagAdjustment';
    case 'issue':
    case 'balance':
    case undefined:
      throw new Error(`${wish?.kind} books nothing`);
  }
}
