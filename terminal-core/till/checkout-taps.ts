import type { Fault } from '../../contract/ipc/fault.ts';
import type { AssignmentStore } from '../checkout/ports.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Request, TillOperations } from './operations.ts';

export interface CheckoutTapsParts {
  readonly assignments: Pick<AssignmentStore, 'assignment'>;
  /** As the till's settings say when it starts. */
  readonly taps: 1 | 2;
  isLoginNeeded(): boolean;
  keepCheckoutTaps(taps: 1 | 2): Result<void, Fault>;
  onChange(): void;
}

/** How often a tag is shown for a sale: once, or a second time to agree to it (Q51). */
export class CheckoutTaps {
  readonly operations: Pick<TillOperations, 'setCheckout'>;
  readonly #parts: CheckoutTapsParts;
  #taps: 1 | 2;

  constructor(parts: CheckoutTapsParts) {
    this.#parts = parts;
    this.#taps = parts.taps;
    this.operations = { setCheckout: (request) => Promise.resolve(this.#set(request)) };
  }

  /** Account mode has no second tap: nothing is written to its tags. */
  get count(): 1 | 2 {
    const isAccountMode = this.#parts.assignments.assignment()?.edition.mode === 'account';
    return isAccountMode ? 1 : this.#taps;
  }

  #set({ taps }: Request<'setCheckout'>): Result<Record<string, never>, Fault> {
    const { isLoginNeeded, keepCheckoutTaps, onChange } = this.#parts;
    if (isLoginNeeded()) return failed(fault('LOGIN_NEEDED'));
    const kept = keepCheckoutTaps(taps);
    if (!kept.ok) return kept;
    this.#taps = taps;
    onChange();
    return ok({});
  }
}
