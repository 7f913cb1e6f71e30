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

  /** Shows a wristband to the reader until it has gone away again by itself; what came of it is the caller's to look at. */
  async show(label: string): Promise<void> {
    await this.drawer.getByRole('button', { name: `Tap: ${label}`, exact: true }).click();
    await expect(this.drawer.getByText('On the reader')).toHaveCount(0);
  }

  /**
   * Shows a wristband to the reader and waits until the work is done and the wristband is away again. A tap lasts as long
   * as a hand's; where a busy machine writes more slowly the till asks for the same tag again, and gets it.
   */
  async tap(label: string): Promise<void> {
    const state = this.#application().page.getByTestId('till-state');
    await expect(async () => {
      await this.show(label);
      await expect(state).toHaveAttribute('data-state', /^(done|again)$/);
      await expect(state).toHaveAttribute('data-state', 'done', { timeout: 1 });
    }).toPass({ timeout: 40_000 });
    await expect(this.drawer.getByText('On the reader')).toHaveCount(0);
  }

  /** Lays a wristband on the reader until the work is done, and takes it away. */
  async hold(label: string): Promise<void> {
    await this.drawer.getByRole('button', { name: `Hold: ${label}`, exact: true }).click();
    await this.#application().expectScreen('done');
    await this.drawer.getByRole('button', { name: `Take away: ${label}` }).click();
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
