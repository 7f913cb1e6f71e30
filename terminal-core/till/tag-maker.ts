import type { Fault } from '../../contract/ipc/fault.ts';
import type { Step } from '../../contract/ipc/step.ts';
import type { ChargeView } from '../../contract/ipc/till-view.ts';
import type { Result } from '../domain/result.ts';
import type { TagImage } from '../tag/image.ts';
import type { TagWrite } from '../tag/issue.ts';
import type { TagVisit } from './tag-visit.ts';

/** A tag that will do. */
export interface TakenTag {
  /** May be renewed by a second look. */
  readonly visit: TagVisit;
  /** It is what it was to become: there is nothing left to write. */
  readonly isMade: boolean;
}

/** What a tag is to become, and how. */
export interface MakingPlan {
  readonly image: TagImage;
  /** The image as slot 0 will show it. */
  readonly slot: Uint8Array;
  /** Each is written and read back before the next one begins. */
  readonly stages: readonly (readonly TagWrite[])[];
}

/**
 * What a tag is made into, in the order of the chart. A method that records is one commit (or none where there is nothing
 * to say), and is followed by what the tag or the backend is then asked.
 */
export interface TagMaker {
  /** As the screens show it. */
  readonly view: ChargeView;
  /** Takes a tag, or says why it will not do. Nothing has been promised to anybody yet. */
  take(visit: TagVisit): Promise<Result<TakenTag, Fault>>;
  /** Records what is about to happen to the tag. */
  announce(visit: TagVisit): void;
  /** Fixes what is to be written; the backend, where it has to know beforehand, knows when it answers. */
  settle(visit: TagVisit): Promise<Result<MakingPlan, Fault>>;
  /** Records what has to be known after a kill, before the first write command. */
  begin(visit: TagVisit, plan: MakingPlan): void;
  /** Records that it is on the tag. @returns the step that tells of it */
  conclude(visit: TagVisit, image: TagImage): Omit<Step, 'at'>;
}
