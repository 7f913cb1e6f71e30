import { expect, type Locator } from '@playwright/test';
import { type Application, nextCustomer, typeAmount } from './application.ts';

/** The simulated reader's drawer, as a person's hand uses it. */
export class Wristbands {
  readonly #application: () => Application;

  /** @param application the one that runs now; a test may start it again */
  constructor(application: () => Application) {
    this.#application = application;
  }

  get drawer(): Locator {
    return this.#application().page.getByRole('complementary', { name: 'Simulated reader' });
  }

  async openDrawer(): Promise<void> {
    if (!(await this.drawer.isVisible())) await this.#application().page.keyboard.press('F9');
    await expect(this.drawer).toBeVisible();
  }

  async make(label: string): Promise<void> {
    const { page } = this.#application();
    await this.openDrawer();
    await this.drawer.getByRole('textbox', { name: 'Name of the wristband' }).fill(label);
    await this.drawer.getByRole('button', { name: 'Make a wristband' }).click();
    await this.drawer.getByText(label, { exact: true }).waitFor();
    // The focus goes back to the till: Enter means "pay" again.
    await page.getByRole('heading', { name: 'Simulated reader' }).click();
  }

  /**
   * Lays a wristband on the reader, waits for what is to come of it, and takes it away again. However slow the machine is, it
   * lies there long enough: how a tap of a moment ends is a matter of `tapBriefly`.
   *
   * @param seen what stays on the screen once the till has done with the wristband
   */
  async show(label: string, seen: () => Promise<void>): Promise<void> {
    const takeAway = this.drawer.getByRole('button', { name: `Take away: ${label}`, exact: true });
    await this.drawer.getByRole('button', { name: `Hold: ${label}`, exact: true }).click();
    await expect(takeAway).toBeVisible();
    await seen();
    await takeAway.click();
    await expect(this.drawer.getByText('On the reader')).toHaveCount(0);
  }

  /** The same where the work is to be done; the result stays on the screen. */
  tap(label: string): Promise<void> {
    return this.show(label, () => this.#application().expectScreen('done'));
  }

  /**
   * As a hand does it, which is gone again in a moment. Where that was too short the till asks for the same wristband once
   * more, and it is held until the work is done.
   */
  async tapBriefly(label: string): Promise<void> {
    const state = this.#application().page.getByTestId('till-state');
    await this.drawer.getByRole('button', { name: `Tap: ${label}`, exact: true }).click();
    await expect(state).toHaveAttribute('data-state', /^(done|again)$/);
    if ((await state.getAttribute('data-state')) === 'again') await this.tap(label);
    await expect(this.drawer.getByText('On the reader')).toHaveCount(0);
  }

  /** What goes wrong with real wristbands: its content is damaged, or somebody copies it. */
  async spoil(label: string, how: 'Corrupt' | 'Clone'): Promise<void> {
    const more = this.drawer.getByRole('button', { name: `More for ${label}`, exact: true });
    await more.click();
    await this.drawer.getByRole('button', { name: `${how}: ${label}`, exact: true }).click();
    await more.click();
  }

  /** Shows a wristband and pulls it away in the middle of its n-th write. */
  async tearOff(label: string, writeNumber: number): Promise<void> {
    const more = this.drawer.getByRole('button', { name: `More for ${label}`, exact: true });
    await more.click();
    for (let number = 2; number <= writeNumber; number += 1) {
      await this.drawer.getByRole('button', { name: `at write ${number}`, exact: true }).click();
    }
    await this.drawer.getByRole('button', { name: `Tear off: ${label}`, exact: true }).click();
    await more.click();
  }

  /** A wristband with 95.00 on it. */
  async makeToppedUp(label: string): Promise<void> {
    const application = this.#application();
    await this.make(label);
    await application.page.keyboard.press('F4');
    await application.expectScreen('tap');
    await this.tap(label);
    await nextCustomer(application);
    await typeAmount(application, 'F3', 10_000);
    await application.expectScreen('tap');
    await this.tap(label);
    await nextCustomer(application);
  }
}
