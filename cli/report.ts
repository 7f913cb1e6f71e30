import { z } from 'zod';
import type { Fault } from '../contract/ipc/fault.ts';
import { type Step, type StepEvent, stepSchema } from '../contract/ipc/step.ts';
import { hintFor } from './command-hints.ts';
import { progressSentence, resultSentence } from './sentences.ts';
import { WaitingLine } from './waiting-line.ts';

/** Where the command line writes: results to `out`, everything a person reads while waiting to `error`. */
export interface Streams {
  readonly out: NodeJS.WritableStream;
  readonly error: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** How one command tells what happens: as lines of JSON for programs, or in sentences for a person. */
export interface Report {
  /** A step of the till. The same step told twice (as progress and as outcome) is reported once. */
  step(step: Step): void;
  /** A result of the command line itself: its event and details for programs, the sentence for a person. */
  say(event: StepEvent, details: object, sentence: string): void;
  fault(fault: Fault): void;
  /** A remark for a person only. */
  note(text: string): void;
  /** Amounts are shown in this currency from now on. */
  showAmountsIn(currency: string): void;
}

export function createReport(json: boolean, streams: Streams): Report {
  return json ? new JsonReport(streams) : new SentenceReport(streams);
}

class JsonReport implements Report {
  readonly #streams: Streams;
  #lastLine = '';

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  step(step: Step): void {
    const line = JSON.stringify(stepSchema.parse(step));
    if (line === this.#lastLine) return;
    this.#lastLine = line;
    this.#streams.out.write(`${line}\n`);
  }

  say(event: StepEvent, details: object): void {
    const json = z.record(z.string(), z.json()).parse(JSON.parse(JSON.stringify(details)));
    this.step({ at: new Date().toISOString(), event, details: json });
  }

  fault(fault: Fault): void {
    this.step({ at: new Date().toISOString(), event: 'fault', error: fault });
  }

  note(): void {}

  showAmountsIn(): void {}
}

class SentenceReport implements Report {
  readonly #streams: Streams;
  readonly #waiting: WaitingLine;
  #currency = 'XXX';
  #lastStep = '';
  #lastFault = '';

  constructor(streams: Streams) {
    this.#streams = streams;
    this.#waiting = new WaitingLine(streams.error);
  }

  step(step: Step): void {
    const told = JSON.stringify(step);
    if (told === this.#lastStep) return;
    this.#lastStep = told;
    const progress = progressSentence(step);
    if (progress !== null) this.#waiting.show(progress);
    else this.#waiting.end();
    const result = resultSentence(step, this.#currency);
    if (result !== null) this.#streams.out.write(`${result}\n`);
    if (step.error !== undefined) this.fault(step.error);
  }

  say(_event: StepEvent, _details: object, sentence: string): void {
    this.#waiting.end();
    this.#streams.out.write(`${sentence}\n`);
  }

  fault(fault: Fault): void {
    const hint = hintFor(fault.code);
    const text = `klink: ${fault.message} (${fault.code})\n${hint === null ? '' : `       ${hint}\n`}`;
    if (text === this.#lastFault) return;
    this.#lastFault = text;
    this.#waiting.end();
    this.#streams.error.write(text);
  }

  note(text: string): void {
    this.#waiting.end();
    this.#streams.error.write(`${text}\n`);
  }

  showAmountsIn(currency: string): void {
    this.#currency = currency;
  }
}
