import { expect, type Locator, type Page } from '@playwright/test';

/** What a person sees and may press: by its role and its words. */
export type Seen = (page: Page) => Locator;

const tabsMax = 80;

export const button =
  (name: string | RegExp): Seen =>
  (page) =>
    page.getByRole('button', { name }).first();

/** A hand with a mouse, or a finger: it presses what it sees, where it sees it, and has no keys. */
export class MouseHand {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async press(seen: Seen): Promise<void> {
    const target = seen(this.#page);
    await expect(target).toBeVisible();
    await expect(target).toBeEnabled();
    const { x, y } = await restingMiddle(target);
    // Whatever lies on top of it there is what gets pressed.
    await this.#page.mouse.move(x, y);
    await this.#page.mouse.down();
    await this.#page.mouse.up();
  }
}

/** Two hands on a keyboard, without a mouse: they go from one thing to the next until they are where they want to be. */
export class KeyboardHand {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async press(seen: Seen): Promise<void> {
    const target = seen(this.#page);
    await expect(target).toBeVisible();
    for (let tabs = 0; !(await hasFocus(target)); tabs += 1) {
      if (tabs === tabsMax) throw new Error(`Tab never comes to ${target}`);
      await this.#page.keyboard.press('Tab');
    }
    await this.#page.keyboard.press('Enter');
  }
}

/** The middle of a thing once it has stopped moving, as a person waits for it to. */
async function restingMiddle(target: Locator): Promise<{ readonly x: number; readonly y: number }> {
  for (let earlier = await middle(target); ; ) {
    await target.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const now = await middle(target);
    if (now.x === earlier.x && now.y === earlier.y) return now;
    earlier = now;
  }
}

async function middle(target: Locator): Promise<{ readonly x: number; readonly y: number }> {
  const box = await target.boundingBox();
  if (box === null) throw new Error(`${target} has no place on the screen`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === document.activeElement);
}
