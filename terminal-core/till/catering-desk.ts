import type { Fault } from '../../contract/ipc/fault.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';
import type { AssignmentStore, Clock, Timers } from '../checkout/ports.ts';
import { canteenMoment, nextSessionChangeMs } from '../domain/canteen-day.ts';
import { fault } from '../domain/fault.ts';
import { limits } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Request, TillOperations } from './operations.ts';

export interface CateringDeskParts {
  readonly assignments: Pick<AssignmentStore, 'assignment' | 'configuration'>;
  readonly clock: Clock;
  readonly timers: Timers;
  /** As the till's settings say when it starts. */
  readonly isCatering: boolean;
  isLoginNeeded(): boolean;
  keepCatering(catering: boolean): Result<void, Fault>;
  /** Somebody has said that a warning is known; false where nothing waits for that. */
  acknowledge(): boolean;
  /** Another session is on, or the till has become one of another kind. */
  onChange(): void;
}

export type CateringOperations = Pick<TillOperations, 'setCatering' | 'acknowledgeAllergens'>;

/** What makes a till one of a canteen: whether it takes meal credit, and the session that is on. */
export class CateringDesk {
  readonly operations: CateringOperations;
  readonly #parts: CateringDeskParts;
  #isCatering: boolean;
  #stopTimer: (() => void) | null = null;

  constructor(parts: CateringDeskParts) {
    this.#parts = parts;
    this.#isCatering = parts.isCatering;
    this.operations = {
      setCatering: (request) => Promise.resolve(this.#set(request)),
      acknowledgeAllergens: () =>
        Promise.resolve(
          parts.acknowledge() ? ok({}) : failed(fault('USAGE', { reason: 'nothing asks for an acknowledgement.' })),
        ),
    };
  }

  /** Account mode: whether this till shows and takes meal credit (R112, R113). */
  get isCatering(): boolean {
    return this.#isAccountMode() && this.#isCatering;
  }

  stop(): void {
    this.#stopTimer?.();
  }

  /** The session that is on; null between two, absent where a day has none. */
  session(): Pick<TillView, 'session'> {
    const { assignments, clock, timers, onChange } = this.#parts;
    this.#stopTimer?.();
    this.#stopTimer = null;
    const edition = assignments.assignment()?.edition;
    const sessions = assignments.configuration()?.configuration.sessions ?? [];
    if (!edition || sessions.length === 0) return {};
    const nowMs = clock.nowMs();
    const changeMs = nextSessionChangeMs(nowMs, sessions, edition.timeZone);
    // Nobody touches the till, and the next session begins all the same. A clock that is set meanwhile is noticed in time.
    if (changeMs !== null) this.#stopTimer = timers.after(Math.min(changeMs - nowMs, limits.sessionLookMs), onChange);
    const { session, until } = canteenMoment(nowMs, sessions, edition.timeZone);
    return { session: session === null || until === null ? null : { session, until } };
  }

  #set({ catering }: Request<'setCatering'>): Result<Record<string, never>, Fault> {
    if (this.#parts.isLoginNeeded()) return failed(fault('LOGIN_NEEDED'));
    if (!this.#isAccountMode()) return failed(fault('USAGE', { reason: 'this event has no meal credit.' }));
    const kept = this.#parts.keepCatering(catering);
    if (!kept.ok) return kept;
    this.#isCatering = catering;
    this.#parts.onChange();
    return ok({});
  }

  #isAccountMode(): boolean {
    return this.#parts.assignments.assignment()?.edition.mode === 'account';
  }
}
