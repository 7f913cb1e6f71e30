import { batchRequestSchema, type EntryResult, type RejectionCode } from '../../contract/wire/batch.ts';
import type { JournalEntry, Seal } from '../../contract/wire/journal.ts';
import type { StateCause } from '../../contract/wire/outcomes.ts';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import type { BackendState } from '../../contract/wire/words.ts';
import { type ReceivedRequest, type Reply, ScriptedBackend } from './scripted-backend.ts';

interface Known {
  readonly state: BackendState;
  readonly cause: StateCause;
}

/** A backend that takes what a till sends, and knows of its transactions what a test tells it besides (Q9). */
export class OutcomeBackend {
  /** By terminal transaction number: what tag data or an operator settled, whatever the till says. */
  readonly settled = new Map<number, Known>();
  /** Entries that are not taken, by their place in the journal. */
  readonly rejects = new Map<number, RejectionCode>();
  /** Rejected entries that an operator has resolved. */
  readonly resolved = new Set<number>();
  readonly entries: JournalEntry[] = [];
  readonly server: ScriptedBackend;
  /** Says something else, where it is not null. */
  interrupt: (request: ReceivedRequest) => Reply | null | Promise<Reply | null> = () => null;
  readonly #said = new Map<number, BackendState>();
  #seal: Seal | null = null;

  private constructor(server: ScriptedBackend) {
    this.server = server;
  }

  static async start(): Promise<OutcomeBackend> {
    const backend = new OutcomeBackend(await ScriptedBackend.start(() => ({ status: 503 })));
    backend.server.answer = async (request) => (await backend.interrupt(request)) ?? backend.#answer(request);
    return backend;
  }

  /** @param emptySeal of a journal without an entry */
  begin(emptySeal: Seal): void {
    this.#seal ??= emptySeal;
  }

  /** Everything that was said of a transaction, as `version state`, and `cash` where the cash was given back. */
  toldOf(terminalTransactionNumber: number): readonly string[] {
    return this.entries.flatMap(({ kind, payload }) => {
      const told = kind === 'transaction' ? transactionPayloadSchema.parse(payload) : null;
      if (told?.terminalTransactionNumber !== terminalTransactionNumber) return [];
      return [`${told.stateVersion} ${told.state}${told.cashReturned ? ' cash' : ''}`];
    });
  }

  #answer(request: ReceivedRequest): Reply {
    const { resource } = request;
    if (resource === 'seal') return { status: 200, json: this.#seal };
    if (resource === 'config') return { status: 304 };
    if (resource.startsWith('outcomes')) return this.#outcomes(new URLSearchParams(resource.split('?')[1]));
    return resource.startsWith('batches/') ? this.#take(request.body) : { status: 404 };
  }

  #take(body: string): Reply {
    const { entries } = batchRequestSchema.parse(JSON.parse(body));
    const results = entries.map((entry) => this.#takeEntry(entry));
    const last = entries.at(-1);
    if (last) this.#seal = { seq: last.seq, hash: last.hash };
    return { status: 200, json: { results, seal: this.#seal } };
  }

  #takeEntry(entry: JournalEntry): EntryResult {
    const code = this.rejects.get(entry.seq);
    if (code) return { seq: entry.seq, outcome: 'rejected', error: { code, message: 'not so' } };
    this.entries.push(entry);
    if (entry.kind !== 'transaction') return { seq: entry.seq, outcome: 'accepted' };
    const { terminalTransactionNumber, state } = transactionPayloadSchema.parse(entry.payload);
    const isUnknown = state === 'TerminalConfirmUnknown';
    const known = isUnknown ? this.settled.get(terminalTransactionNumber)?.state : undefined;
    const now = known ?? (state === 'TerminalConfirmStarted' ? 'Open' : state);
    this.#said.set(terminalTransactionNumber, now);
    return { seq: entry.seq, outcome: 'accepted', backendTransactionId: terminalTransactionNumber, state: now };
  }

  #outcomes(query: URLSearchParams): Reply {
    const numbers = (name: string): readonly number[] => (query.get(name) ?? '').split(',').filter(Boolean).map(Number);
    const transactions = numbers('transactions').flatMap((terminalTransactionNumber) => {
      const said = this.#said.get(terminalTransactionNumber);
      if (said === undefined) return [];
      const known = this.settled.get(terminalTransactionNumber) ?? { state: said, cause: 'TR' };
      return [{ terminalTransactionNumber, backendTransactionId: terminalTransactionNumber, ...known }];
    });
    const rejections = numbers('entries')
      .filter((seq) => this.rejects.has(seq))
      .map((seq) => ({ seq, resolution: this.resolved.has(seq) ? 'dismissal' : null }));
    return { status: 200, json: { transactions, rejections } };
  }
}
