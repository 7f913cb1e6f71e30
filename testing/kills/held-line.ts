import { type RecordingProxy, startRecordingProxy } from '../klink/recording-proxy.ts';

interface Hold {
  left: number;
  readonly isDone: boolean;
  readonly isHeld: () => void;
}

/** The line between one till and the backend, which can be stopped at one request: before it is done, or before its answer. */
export class HeldLine {
  #hold: Hold | null = null;
  #release: (() => void) | null = null;
  #proxy: RecordingProxy | null = null;
  #isCut = false;

  static async open(backendAddress: string): Promise<HeldLine> {
    const line = new HeldLine();
    line.#proxy = await startRecordingProxy(backendAddress, undefined, {
      before: () => line.#pass(false),
      after: () => line.#pass(true),
    });
    return line;
  }

  get address(): string {
    return this.#running().address;
  }

  get requestCount(): number {
    return this.#running().requests.length;
  }

  /** Stops the n-th request from now on until `release`. Resolves when it is there. */
  held(number: number, isDone: boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#hold = { left: number, isDone, isHeld: resolve };
    });
  }

  /** Lets go of the request that is held; one that was not done never will be. */
  release(): void {
    this.#release?.();
    this.#release = null;
  }

  /** The backend is away until `mend`: whoever asks is told so by the proxy before it. */
  cut(): void {
    this.#isCut = true;
  }

  mend(): void {
    this.#isCut = false;
  }

  close(): Promise<void> {
    this.release();
    return this.#running().close();
  }

  async #pass(isDone: boolean): Promise<void> {
    if (this.#isCut) throw new Error('the backend is away');
    const hold = this.#hold;
    if (hold?.isDone !== isDone) return;
    hold.left -= 1;
    if (hold.left > 0) return;
    this.#hold = null;
    await new Promise<void>((resolve) => {
      this.#release = resolve;
      hold.isHeld();
    });
    if (!isDone) throw new Error('whoever asked is gone');
  }

  #running(): RecordingProxy {
    if (this.#proxy === null) throw new Error('the line is not open yet');
    return this.#proxy;
  }
}
