import { setup } from 'xstate';
import { type PlannedWork, plannedWork } from './booking-chart.ts';

export type TagMakingEvent =
  /** A tag that will do is in the field. */
  | { readonly type: 'TAG_READ' }
  /** The tag shows, byte for byte, what was to be written: only the reading back had failed. */
  | { readonly type: 'ALREADY_MADE' }
  /** Everybody who has to know beforehand knows; what is to be written is fixed. */
  | { readonly type: 'SETTLED' }
  | { readonly type: 'DENIED' }
  | { readonly type: 'WRITTEN' }
  /** The tag left while it was written: it holds no balance that anybody could use, and is simply shown again. */
  | { readonly type: 'LOST' }
  | { readonly type: 'TIMEOUT' }
  | { readonly type: 'CANCEL' }
  | { readonly type: 'INTERRUPT' };

export type TagMakingEffect = 'await-tag' | 'settle' | 'write-tag';

/** What is on the disk before the effect of its state begins. */
export interface TagMakingRecord {
  readonly kind: 'announce' | 'begin' | 'conclude';
}

const makingSetup = setup({
  types: { events: {} as TagMakingEvent },
  actions: {
    record: (_, _params: TagMakingRecord) => undefined,
    run: (_, _params: { readonly effect: TagMakingEffect }) => undefined,
  },
});

/**
 * The chart of making a tag anew: issued, repaired, or put in a lost one's place. It books nothing, and a torn tag is no
 * tag until it is whole, so that it needs no cleanup (tag.md, "Writing" 4).
 */
export const tagMakingChart = makingSetup.createMachine({
  id: 'tagMaking',
  initial: 'waitingForTag',
  states: {
    waitingForTag: {
      entry: { type: 'run', params: { effect: 'await-tag' } },
      on: {
        TAG_READ: 'settling',
        ALREADY_MADE: 'made',
        CANCEL: 'cancelled',
        INTERRUPT: 'cancelled',
        TIMEOUT: 'expired',
      },
    },
    settling: {
      entry: [
        { type: 'record', params: { kind: 'announce' } },
        { type: 'run', params: { effect: 'settle' } },
      ],
      on: { SETTLED: 'writing', DENIED: 'cancelled' },
    },
    writing: {
      entry: [
        { type: 'record', params: { kind: 'begin' } },
        { type: 'run', params: { effect: 'write-tag' } },
      ],
      on: { WRITTEN: 'made', LOST: 'waitingForTag' },
    },
    made: { type: 'final', entry: { type: 'record', params: { kind: 'conclude' } } },
    cancelled: { type: 'final' },
    expired: { type: 'final' },
  },
});

/** What one step of the chart asks for. */
export function plannedMaking(
  actions: readonly { readonly type: string; readonly params: unknown }[],
): PlannedWork<TagMakingRecord['kind'], TagMakingEffect> {
  const { record, effect } = plannedWork<TagMakingRecord, TagMakingEffect>(actions);
  return { record: record?.kind ?? null, effect };
}
