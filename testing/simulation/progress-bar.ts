const widthChars = 30;
const everyMs = 500;

/** One line on a terminal that says how far something has got; nothing where there is no terminal. */
export class ProgressBar {
  readonly #out: NodeJS.WriteStream;
  readonly #total: number;
  readonly #startedMs = performance.now();
  #shownMs = 0;

  constructor(out: NodeJS.WriteStream, total: number) {
    this.#out = out;
    this.#total = total;
  }

  show(done: number, text: string): void {
    const now = performance.now();
    if (!this.#out.isTTY || now - this.#shownMs < everyMs) return;
    this.#shownMs = now;
    const share = Math.min(1, done / this.#total);
    const filled = Math.round(share * widthChars);
    const leftMinutes = share === 0 ? 0 : ((now - this.#startedMs) * (1 / share - 1)) / 60_000;
    const bar = `${'█'.repeat(filled)}${'░'.repeat(widthChars - filled)}`;
    this.#out.write(`\r\u001b[K${bar} ${done}/${this.#total} steps, ${leftMinutes.toFixed(0)} min left, ${text}`);
  }

  clear(): void {
    if (this.#out.isTTY) this.#out.write('\r\u001b[K');
  }
}
