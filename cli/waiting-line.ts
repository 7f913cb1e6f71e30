/** The line a person looks at while the till waits; on a terminal it counts the seconds, elsewhere it is printed once. */
export class WaitingLine {
  readonly #stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
  #text: string | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(stream: NodeJS.WritableStream & { readonly isTTY?: boolean }) {
    this.#stream = stream;
  }

  show(text: string): void {
    if (text === this.#text) return;
    this.end();
    this.#text = text;
    if (this.#stream.isTTY !== true) {
      this.#stream.write(`${text}\n`);
      return;
    }
    const since = Date.now();
    const draw = (): void => {
      const seconds = Math.floor((Date.now() - since) / 1_000);
      this.#stream.write(`\r\u001b[K${text}${seconds > 0 ? ` ${seconds} s` : ''}`);
    };
    draw();
    this.#timer = setInterval(draw, 1_000);
    this.#timer.unref();
  }

  end(): void {
    this.#text = null;
    if (this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    this.#stream.write('\r\u001b[K');
  }
}
