import { once } from 'node:events';
import net from 'node:net';

/** How a printer in the network behaves. */
export type PrinterMood =
  /** Answers what it is asked, and prints. */
  | 'good'
  /** Prints and hangs up when the till does, but never says anything. */
  | 'silent'
  | 'no-paper'
  | 'cover-open'
  /** Says that it is well, and runs out of paper in the middle. */
  | 'runs-out'
  /** Takes the connection and then nothing at all: neither reads nor answers. */
  | 'stuck'
  /** Hangs up in the middle of the receipt. */
  | 'breaks-off';

/**
 * A receipt printer on a real socket, as its manual says: answers DLE EOT at once and GS r when everything before it is on
 * paper. Keeps what came to paper, one entry a connection.
 */
export class TcpPrinter {
  mood: PrinterMood = 'good';
  /** What was printed, status questions left out. */
  readonly papers: Uint8Array[] = [];
  connectionCount = 0;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  #awaiting: { readonly isEnough: () => boolean; readonly resolve: () => void }[] = [];

  private constructor() {
    this.#server = net.createServer((socket) => this.#serve(socket));
  }

  static async start(port = 0): Promise<TcpPrinter> {
    const printer = new TcpPrinter();
    printer.#server.listen(port, '127.0.0.1');
    await once(printer.#server, 'listening');
    return printer;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the printer does not listen');
    return address.port;
  }

  /** Resolves when so many receipts are on paper. */
  printed(count: number): Promise<void> {
    return this.#until(() => this.papers.length >= count);
  }

  /** Resolves when the till has come so often. */
  connected(count: number): Promise<void> {
    return this.#until(() => this.connectionCount >= count);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #until(isEnough: () => boolean): Promise<void> {
    if (isEnough()) return Promise.resolve();
    return new Promise((resolve) => this.#awaiting.push({ isEnough, resolve }));
  }

  #changed(): void {
    const reached = this.#awaiting.filter(({ isEnough }) => isEnough());
    this.#awaiting = this.#awaiting.filter((waiting) => !reached.includes(waiting));
    for (const { resolve } of reached) resolve();
  }

  #serve(socket: net.Socket): void {
    this.connectionCount += 1;
    this.#changed();
    this.#sockets.add(socket);
    const { mood } = this;
    const paper: number[] = [];
    let isOut = mood === 'no-paper';
    const finish = (): void => {
      if (paper.length === 0) return;
      this.papers.push(Uint8Array.from(paper.splice(0)));
      this.#changed();
    };
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    if (mood === 'stuck') {
      socket.pause();
      return;
    }
    socket.on('end', () => {
      // Whatever it was asked or not: what it has is printed when the till hangs up.
      if (mood === 'silent' || mood === 'good') finish();
    });
    socket.on('data', (received) => {
      for (let at = 0; at < received.length; at += 1) {
        const [byte, next, third] = received.subarray(at, at + 3);
        if (byte === 0x10 && next === 0x04) {
          if (mood !== 'silent') socket.write(Uint8Array.of(statusByte(third ?? 0, isOut, mood)));
          at += 2;
        } else if (byte === 0x1d && next === 0x72) {
          at += 2;
          if (isOut || mood === 'breaks-off') continue;
          finish();
          socket.write(Uint8Array.of(0x00));
        } else {
          paper.push(byte ?? 0);
          if (mood === 'runs-out') isOut = true;
        }
      }
      if (paper.length > 0 && mood === 'breaks-off') socket.resetAndDestroy();
    });
  }
}

function statusByte(question: number, isOut: boolean, mood: PrinterMood): number {
  const fixed = 0x12;
  if (question === 4) return fixed | (isOut ? 0x60 : 0);
  return fixed | (isOut ? 0x20 : 0) | (mood === 'cover-open' ? 0x04 : 0);
}
