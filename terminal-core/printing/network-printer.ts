import net from 'node:net';
import type { PrintEnd } from '../../contract/ipc/printing.ts';
import { fault } from '../domain/fault.ts';
import { faultOfStatus, finishedQuestion, isStatusByte, statusLength, statusQuestion } from './printer-status.ts';
import { type PrintingLimits, printingLimits } from './printing-limits.ts';

/**
 * One attempt to print on a printer in the network. Where the printer says how it is, nothing is sent to one without paper,
 * and `printed` means that it has said so; a silent one is believed once it has taken every byte.
 */
export async function printOverNetwork(
  { host, port }: { readonly host: string; readonly port: number },
  bytes: Uint8Array,
  limits: PrintingLimits = printingLimits,
): Promise<PrintEnd> {
  const line = new PrinterLine(host, port);
  try {
    if (!(await line.connected(limits.connectMs))) return unreachable(line.trouble ?? 'no answer in time.');
    const status = await line.ask(statusQuestion, statusLength, isStatusByte, limits.statusMs);
    const problem = status === null ? null : faultOfStatus(status);
    if (problem !== null) return { outcome: 'not-printed', fault: problem };
    if (line.trouble !== null) return unreachable(line.trouble);
    return await print(line, bytes, status !== null, limits);
  } finally {
    line.close();
  }
}

async function print(line: PrinterLine, bytes: Uint8Array, tells: boolean, limits: PrintingLimits): Promise<PrintEnd> {
  if (!(await line.send(bytes, limits.stalledMs))) return await unsure(line, tells, limits);
  if (!tells) return (await line.ended(limits.stalledMs)) ? { outcome: 'printed' } : await unsure(line, false, limits);
  const finished = await line.ask(finishedQuestion, 1, isFinishedByte, limits.finishedMs);
  return finished === null ? await unsure(line, true, limits) : { outcome: 'printed' };
}

/** Bits 4 and 7 tell the answer to GS r from the one to DLE EOT. */
function isFinishedByte(byte: number): boolean {
  return (byte & 0x90) === 0;
}

/** Some of it is with the printer. What it says now may tell why it stopped; what is on the paper it cannot tell. */
async function unsure(line: PrinterLine, tells: boolean, limits: PrintingLimits): Promise<PrintEnd> {
  const status = tells ? await line.ask(statusQuestion, statusLength, isStatusByte, limits.statusMs) : null;
  return { outcome: 'unsure', fault: (status && faultOfStatus(status)) ?? fault('PRINT_UNSURE') };
}

function unreachable(detail: string): PrintEnd {
  return { outcome: 'not-printed', fault: fault('PRINTER_UNREACHABLE', { detail }) };
}

/** One connection, all of whose waits end by themselves. */
class PrinterLine {
  readonly #socket: net.Socket;
  readonly #listeners = new Set<() => void>();
  #answers: number[] = [];
  #isConnected = false;
  #isEnded = false;
  trouble: string | null = null;

  constructor(host: string, port: number) {
    this.#socket = net.connect({ host, port, noDelay: true });
    this.#socket.on('connect', () => {
      this.#isConnected = true;
      this.#changed();
    });
    this.#socket.on('data', (received) => {
      this.#answers.push(...received);
      this.#changed();
    });
    this.#socket.on('error', (error) => {
      this.trouble = `${error.message}.`;
      this.#changed();
    });
    this.#socket.on('close', () => {
      this.#isEnded = true;
      this.trouble ??= 'the printer hung up.';
      this.#changed();
    });
  }

  connected(timeoutMs: number): Promise<boolean> {
    return this.#until(() => this.#isConnected, timeoutMs);
  }

  /** Everything is out of this process; false where the printer stopped taking bytes. */
  async send(bytes: Uint8Array, stalledMs: number): Promise<boolean> {
    let isTaken = false;
    this.#socket.write(bytes, (error) => {
      isTaken = !error;
      this.#changed();
    });
    return await this.#until(() => isTaken, stalledMs);
  }

  /** Hangs up, and whether the printer has taken the hint: then it has taken all bytes before it too. */
  async ended(timeoutMs: number): Promise<boolean> {
    this.#socket.end();
    const isOver = await this.#until(() => this.#isEnded, timeoutMs, true);
    return isOver && this.#socket.errored === null;
  }

  /** The bytes that answer a question, or null where none come in time. */
  async ask(
    question: Uint8Array,
    length: number,
    isAnswer: (byte: number) => boolean,
    timeoutMs: number,
  ): Promise<readonly number[] | null> {
    this.#answers = [];
    this.#socket.write(question);
    const found = () => this.#answers.filter(isAnswer);
    return (await this.#until(() => found().length >= length, timeoutMs)) ? found().slice(0, length) : null;
  }

  close(): void {
    this.#socket.destroy();
  }

  #until(isTrue: () => boolean, timeoutMs: number, mayBeOver = false): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (result: boolean): void => {
        clearTimeout(timer);
        this.#listeners.delete(look);
        resolve(result);
      };
      const look = (): void => {
        if (isTrue()) end(true);
        else if (!mayBeOver && this.trouble !== null) end(false);
      };
      const timer = setTimeout(() => end(false), timeoutMs);
      this.#listeners.add(look);
      look();
    });
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
