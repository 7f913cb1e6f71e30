import { expect, type Page } from '@playwright/test';
import { z } from 'zod';

/** How long the window took, in ms from the end of a finger's press to the frame that shows what came of it. */
export interface WindowTimes {
  /** A product pressed until the total of the cart is another one. */
  readonly product: readonly number[];
  /** A tag laid on the reader until the screen is another one: the till has read it, decided, stored and said so. */
  readonly tap: readonly number[];
  /** The same until the sale is done: the tag is written and read back, and everything is on the disk. */
  readonly done: readonly number[];
}

interface Frame {
  readonly state: string;
  readonly total: string;
  readonly shownMs: number;
}

declare global {
  interface Window {
    /** Of the window that is measured: the last press, and what was shown since, each with the time of its frame. */
    stopwatch: { pressedMs: number; frames: Frame[] };
  }
}

/** Runs in the window: notes the end of every press, and the frame after every change of the screen or of the total. */
function installStopwatch(): void {
  window.stopwatch = { pressedMs: 0, frames: [] };
  const shown = (): { state: string; total: string } => ({
    state: document.querySelector('[data-testid="till-state"]')?.getAttribute('data-state') ?? '',
    total: document.querySelector('[data-testid="cart-total"]')?.textContent ?? '',
  });
  let last = shown();
  const observer = new MutationObserver(() => {
    const now = shown();
    if (now.state === last.state && now.total === last.total) return;
    last = now;
    requestAnimationFrame(() => window.stopwatch.frames.push({ ...now, shownMs: performance.now() }));
  });
  observer.observe(document.body, {
    ...{ subtree: true, childList: true, characterData: true },
    attributeFilter: ['data-state'],
  });
  window.addEventListener(
    'pointerup',
    ({ timeStamp }) => {
      window.stopwatch = { pressedMs: timeStamp, frames: [] };
    },
    { capture: true },
  );
}

/** One window whose speed is measured, sale by sale, on the simulated reader. */
export class MeasuredWindow {
  readonly #page: Page;
  readonly #times: Readonly<Record<keyof WindowTimes, number[]>> = { product: [], tap: [], done: [] };

  private constructor(page: Page) {
    this.#page = page;
  }

  /** @param page a window that shows the sale */
  static async measure(page: Page): Promise<MeasuredWindow> {
    await page.evaluate(installStopwatch);
    return new MeasuredWindow(page);
  }

  get times(): WindowTimes {
    return this.#times;
  }

  /** One product, paid with the wristband, each pressed as a person does. */
  async sellOnce(product: string, wristband: string): Promise<void> {
    const page = this.#page;
    const { product: products, tap, done } = this.#times;
    await page
      .getByRole('button', { name: new RegExp(`^${product}`) })
      .first()
      .click();
    products.push(await this.#shownAfterMs('sale'));
    await page.keyboard.press('Enter');
    await this.#expectScreen('tap');
    // Held until it is done: on a machine that is busy with other things a short tap may be too short.
    await page.getByRole('button', { name: `Hold: ${wristband}`, exact: true }).click();
    done.push(await this.#shownAfterMs('done'));
    tap.push(await this.#shownAfterMs(null));
    await page.getByRole('button', { name: `Take away: ${wristband}`, exact: true }).click();
    await expect(page.getByText('On the reader')).toHaveCount(0);
    await page.keyboard.press('Enter');
    await this.#expectScreen('sale');
  }

  #expectScreen(screen: string): Promise<void> {
    return expect(this.#page.getByTestId('till-state')).toHaveAttribute('data-state', screen);
  }

  /** From the last press to the first frame that showed this screen; null takes any frame. */
  async #shownAfterMs(screen: string | null): Promise<number> {
    const handle = await this.#page.waitForFunction((wanted) => {
      const { pressedMs, frames } = window.stopwatch;
      const frame = frames.find(({ state }) => wanted === null || state === wanted);
      return frame === undefined ? null : frame.shownMs - pressedMs;
    }, screen);
    return z.number().parse(await handle.jsonValue());
  }
}

/** The value that so large a part of all others is not above. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.ceil(part * sorted.length) - 1];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}
