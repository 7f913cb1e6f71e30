import { randomBytes } from 'node:crypto';
import { type BatchAnswer, batchAnswerSchema } from '../../contract/wire/batch.ts';
import { enrolmentAnswerSchema } from '../../contract/wire/enrolment.ts';
import { type Problem, problemSchema } from '../../contract/wire/problem.ts';
import { TestJournal } from './journal.ts';

/** What came back for a batch: the answer of a 200, or the problem of anything else. */
export type BatchReply = {
  status: number;
  headers: Headers;
  text: string;
  answer: BatchAnswer | undefined;
  problem: Problem | undefined;
};

/** A till reduced to its uplink: enrolled, with a journal that tests fill as they like. */
export class TillClient {
  readonly address: string;
  readonly assignmentId: number;
  readonly editionId: number;
  readonly token: string;
  readonly journal: TestJournal;

  constructor(
    address: string,
    enrolment: { assignmentId: number; editionId: number; token: string },
    journal: TestJournal,
  ) {
    this.address = address;
    this.assignmentId = enrolment.assignmentId;
    this.editionId = enrolment.editionId;
    this.token = enrolment.token;
    this.journal = journal;
  }

  /** The same till speaking to another backend process. */
  at(address: string): TillClient {
    return new TillClient(address, this, this.journal);
  }

  request(path: string, init: RequestInit = {}, assignmentId = this.assignmentId): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has('Authorization')) headers.set('Authorization', `Bearer ${this.token}`);
    return fetch(`${this.address}/v1/assignments/${assignmentId}${path}`, { ...init, headers });
  }

  /** Sends entries `first` to `last` of the journal (default: all of it). */
  async send(first = 1, last = this.journal.entries.length): Promise<BatchReply> {
    const { batchId, body } = this.journal.batch(first, last);
    return this.sendBody(batchId, body);
  }

  async sendBody(
    batchId: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<BatchReply> {
    const response = await this.request(`/batches/${batchId}`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json', ...headers },
      body,
    });
    const text = await response.text();
    const ok = response.status === 200;
    return {
      status: response.status,
      headers: response.headers,
      text,
      answer: ok ? batchAnswerSchema.parse(JSON.parse(text)) : undefined,
      problem: ok ? undefined : problemSchema.parse(JSON.parse(text)),
    };
  }

  async seal(): Promise<unknown> {
    const response = await this.request('/seal');
    return response.json();
  }
}

/** Enrols a new till with a code, by default in the demo festival. */
export async function enrolTill(address: string, code = 'DEMO-FEST'): Promise<TillClient> {
  const journalId = randomBytes(16).toString('hex');
  const response = await fetch(`${address}/v1/enrolments`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ code, terminalName: 'Test till', journalId }),
  });
  if (response.status !== 201) throw new Error(`enrolment answered ${response.status}: ${await response.text()}`);
  const { assignmentId, token, edition } = enrolmentAnswerSchema.parse(await response.json());
  return new TillClient(address, { assignmentId, editionId: edition.id, token }, new TestJournal(journalId));
}
