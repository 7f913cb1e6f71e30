import type { Fault } from '../../contract/ipc/fault.ts';
import type { Outcome } from '../../contract/ipc/operations.ts';
import type { SimulatorView } from '../../contract/ipc/simulator.ts';
import type { Step } from '../../contract/ipc/step.ts';
import type { ScreenView } from '../../contract/ipc/till-view.ts';
import type { Result } from '../../terminal-core/domain/result.ts';
import { openTill, type RunningTill } from '../../terminal-core/main/open-till.ts';
import { SimulatedReader } from '../../terminal-core/readers/simulated/simulated-reader.ts';

const tap = { firstTagOnly: true, timeoutMs: 60_000 } as const;

/**
 * A till as its host puts it together, with the simulated reader in the same process: everything it does to its disk, to the
 * wristbands and to those it talks to has one order.
 */
export class SessionTill {
  readonly #running: RunningTill;
  readonly #reader: SimulatedReader;
  #drawer: SimulatorView = { tags: [], presentTagId: null };
  #screen: ScreenView = { screen: 'starting' };
  #watchers = new Set<() => void>();

  /** @param onStep is told of every step before the till goes on */
  constructor(dataFolder: string, onStep: (step: Step) => void) {
    const opened = openTill(
      { dataFolder, readerKind: 'simulated', replication: 'on-demand', secretStore: { kind: 'file' } },
      (message) => {
        if (message.kind === 'reader') this.#reader.handle(message.command);
        if (message.kind === 'step') onStep(message.step);
        if (message.kind === 'view') this.#show(message.view.screen);
      },
    );
    if (!opened.ok) throw new Error(JSON.stringify(opened.fault));
    this.#running = opened.value;
    this.#reader = new SimulatedReader({
      dataFolder,
      simulatedTag: null,
      report: (event) => this.#running.readerLink.handle(event),
      show: (view) => {
        this.#drawer = view;
      },
    });
    this.#reader.start();
    this.#running.begin();
  }

  get operations(): RunningTill['till']['operations'] {
    return this.#running.till.operations;
  }

  issue(tag: number): Promise<Outcome> {
    return this.#tapped(tag, this.operations.issue(tap));
  }

  topUp(tag: number, amountMinor: number): Promise<Outcome> {
    return this.#tapped(tag, this.operations.topUp({ ...tap, amountMinor, method: 'cash' }));
  }

  refund(tag: number, amountMinor: number): Promise<Outcome> {
    return this.#tapped(tag, this.operations.refund({ ...tap, amountMinor }));
  }

  async sell(tag: number, amountMinor: number): Promise<Outcome> {
    return this.#tapped(tag, await this.#sale(amountMinor));
  }

  /** Shown once, taken away when the till asks for it again, shown again. */
  async sellInTwoTaps(tag: number, amountMinor: number): Promise<Outcome> {
    const ended = await this.#sale(amountMinor);
    await this.#asked();
    this.#hold(tag);
    await this.#seen((screen) => screen.screen === 'tap' && screen.twoTaps?.tap === 'confirm');
    this.#remove();
    this.#hold(tag);
    return this.#endOf(ended);
  }

  /** The wristband is torn off at the n-th page; put back, or gone for good. */
  async sellTorn(tag: number, amountMinor: number, page: number, isPutBack: boolean): Promise<Outcome> {
    const ended = await this.#sale(amountMinor);
    await this.#asked();
    const tagId = this.#tagId(tag);
    this.#reader.simulate({ kind: 'tear', tagId, writeNumber: page, point: 'during' });
    await this.#seen(({ screen }) => screen === 'again');
    if (isPutBack) this.#hold(tag);
    else await this.operations.dismiss({});
    return this.#endOf(ended);
  }

  /** Everything is sent, and answered. */
  async replicate(): Promise<void> {
    const sent = await this.operations.replicate({ untilEmpty: true, timeoutMs: 60_000 });
    if (!sent.ok || !sent.value.sealed) throw new Error(`not sent: ${JSON.stringify(sent)}`);
  }

  async close(): Promise<void> {
    await this.#running.close();
    this.#reader.close();
  }

  async #sale(amountMinor: number): Promise<{ readonly sold: Promise<Result<Outcome, Fault>> }> {
    await this.operations.clearCart({});
    await this.operations.addAmountToCart({ amountMinor });
    return { sold: this.operations.sell(tap) };
  }

  async #tapped(
    tag: number,
    ended: Promise<Result<Outcome, Fault>> | { readonly sold: Promise<Result<Outcome, Fault>> },
  ): Promise<Outcome> {
    await this.#asked();
    this.#hold(tag);
    return this.#endOf('sold' in ended ? ended : { sold: ended });
  }

  async #endOf({ sold }: { readonly sold: Promise<Result<Outcome, Fault>> }): Promise<Outcome> {
    const outcome = await sold;
    this.#remove();
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.fault));
    return outcome.value;
  }

  #asked(): Promise<void> {
    return this.#seen(({ screen }) => screen === 'tap');
  }

  #seen(fits: (screen: ScreenView) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const watcher = (): void => {
        if (!fits(this.#screen)) return;
        this.#watchers.delete(watcher);
        resolve();
      };
      this.#watchers.add(watcher);
      watcher();
    });
  }

  #show(screen: ScreenView): void {
    this.#screen = screen;
    for (const watcher of [...this.#watchers]) watcher();
  }

  #hold(tag: number): void {
    this.#reader.simulate({ kind: 'hold', tagId: this.#tagId(tag) });
  }

  #remove(): void {
    this.#reader.simulate({ kind: 'remove' });
  }

  #tagId(tag: number): string {
    const tagId = this.#drawer.tags[tag]?.tagId;
    if (tagId === undefined) throw new Error(`there is no wristband ${tag}`);
    return tagId;
  }
}
