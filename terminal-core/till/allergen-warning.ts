import type { AllergenConflict } from '../../contract/ipc/account-view.ts';
import { type Allergen, allergens } from '../../contract/wire/allergens.ts';
import type { Timers } from '../checkout/ports.ts';
import type { Cart } from '../domain/cart.ts';

/** What of a cart somebody is allergic to, and in which goods it is; deposits taken back are no goods. */
export function allergenConflicts(cart: Cart, of: readonly Allergen[]): readonly AllergenConflict[] {
  const goods = cart.filter(({ unitPriceMinor }) => unitPriceMinor >= 0);
  return allergens.flatMap((allergen) => {
    const named = goods.filter((line) => line.allergens.includes(allergen)).map(({ name }) => name);
    return of.includes(allergen) && named.length > 0 ? [{ allergen, productNames: named }] : [];
  });
}

export type AcknowledgementEnd = 'ACKNOWLEDGED' | 'CANCEL' | 'INTERRUPT' | 'TIMEOUT';

/** Waits until somebody has said that a warning is known, or has thought better of it. */
export class Acknowledgement {
  readonly #end: (by: AcknowledgementEnd) => void;
  readonly ended: Promise<AcknowledgementEnd>;

  constructor(timers: Timers, timeoutMs: number) {
    let end: (by: AcknowledgementEnd) => void = () => undefined;
    const waiting = new Promise<AcknowledgementEnd>((resolve) => {
      end = resolve;
    });
    this.#end = end;
    this.ended = waiting.finally(timers.after(timeoutMs, () => end('TIMEOUT')));
  }

  stop(by: AcknowledgementEnd): void {
    this.#end(by);
  }
}
