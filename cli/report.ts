import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Fault } from '../contract/ipc/fault.ts';
import { type Step, type StepEvent, stepSchema } from '../contract/ipc/step.ts';
import { formatAmount } from './amount.ts';
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
  /** A step of the till, as it happens. */
  step(step: Step): void;
  /** How a piece of work ended: reported unless the last step has said the same already. */
  outcome(step: Step): void;
  /** A result of the command line itself: its event and details for programs, the sentence for a person. */
  say(event: StepEvent, details: object, sentence: string): void;
  fault(fault: Fault): void;
  /** A remark for a person only. */
  note(text: string): void;
  /** Amounts are shown in this currency from now on. */
  showAmountsIn(currency: string): void;
}

/** How a command tells what happens: a JSON object a line, or sentences. */
export function createReport(json: boolean, streams: Streams): Report {
  return json ? new JsonReport(streams) : new SentenceReport(streams);
}

class JsonReport implements Report {
  readonly #streams: Streams;
  #lastStep: Step | null = null;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  step(step: Step): void {
    this.#lastStep = step;
    this.#streams.out.write(`${JSON.stringify(stepSchema.parse(step))}\n`);
  }

  outcome(step: Step): void {
    if (!tellsTheSame(step, this.#lastStep)) this.step(step);
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

/** ISO 4217's code for "no currency": until the till has said which one its edition has. */
export const noCurrency = 'XXX';

class SentenceReport implements Report {
  readonly #streams: Streams;
  readonly #waiting: WaitingLine;
  #currency = noCurrency;
  #lastStep: Step | null = null;
  #lastFault = '';

  constructor(streams: Streams) {
    this.#streams = streams;
    this.#waiting = new WaitingLine(streams.error);
  }

  step(step: Step): void {
    this.#lastStep = step;
    const progress = progressSentence(step);
    if (progress !== null) this.#waiting.show(progress);
    else this.#waiting.end();
    const result = resultSentence(step, this.#currency);
    if (result !== null) this.#streams.out.write(`${result}\n`);
    if (step.error !== undefined) this.fault(step.error);
  }

  outcome(step: Step): void {
    if (!tellsTheSame(step, this.#lastStep)) this.step(step);
  }

  say(_event: StepEvent, _details: object, sentence: string): void {
    this.#waiting.end();
    this.#streams.out.write(`${sentence}\n`);
  }

  fault(fault: Fault): void {
    const hint = hintFor(fault.code);
    const missingMinor = fault.details?.['missingMinor'];
    const missing =
      typeof missingMinor === 'number'
        ? ` ${formatAmount(missingMinor, this.#currency)} ${this.#currency} missing.`
        : '';
    const text = `klink: ${fault.message}${missing} (${fault.code})\n${hint === null ? '' : `       ${hint}\n`}`;
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

function tellsTheSame(outcome: Step, last: Step | null): boolean {
  return last !== null && isDeepStrictEqual(newsOf(outcome), newsOf(last));
}

function newsOf({ transaction, tag, error }: Step): readonly unknown[] {
  return [transaction, tag, error];
}
