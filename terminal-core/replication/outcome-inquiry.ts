import type { EntryResult } from '../../contract/wire/batch.ts';
import { type OutcomesQuery, outcomesMax } from '../../contract/wire/outcomes.ts';
import type { Credentials, Uplink, UplinkFault } from '../checkout/backend-ports.ts';
import type { OutcomeStore } from '../checkout/history-ports.ts';
import type { BackendNews } from '../checkout/replication-ports.ts';
import { ok, type Result } from '../domain/result.ts';

export interface OutcomeInquiryParts {
  readonly outcomes: OutcomeStore;
  readonly uplink: Pick<Uplink, 'outcomes'>;
  now(): string;
}

/**
 * What the backend knows of that this till does not: what became of its unknown transactions, because another till has seen
 * the tag or an operator has decided (Q9), and which of its rejected entries are resolved. Tells it, and decides nothing.
 */
export class OutcomeInquiry {
  readonly #parts: OutcomeInquiryParts;
  readonly #listeners = new Set<(news: readonly BackendNews[]) => void>();
  /** Where the next call goes on when there is more to ask about than fits one. */
  #askedUpTo = { transactions: 0, entries: 0 };

  constructor(parts: OutcomeInquiryParts) {
    this.#parts = parts;
  }

  onNews(listener: (news: readonly BackendNews[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The answer to a batch: an entry that said "unknown" may be answered with what the backend knows better. */
  heard(results: readonly EntryResult[]): void {
    const numbers = new Map(
      this.#parts.outcomes.unknownAndSent().map((row) => [row.journalSeq, row.terminalTransactionNumber]),
    );
    const news = results.flatMap(({ seq, state }) => {
      const terminalTransactionNumber = numbers.get(seq);
      if (terminalTransactionNumber === undefined || state === undefined) return [];
      return [{ terminalTransactionNumber, state, cause: null }];
    });
    this.#tell(news.filter(({ state }) => state !== 'TerminalConfirmUnknown'));
  }

  /** Something is not settled, and the backend has been told of it. */
  get hasQuestions(): boolean {
    const { outcomes } = this.#parts;
    return outcomes.unknownAndSent().length > 0 || outcomes.rejected().length > 0;
  }

  /** Asks about the next page of what is not settled. */
  async ask(credentials: Credentials): Promise<Result<void, UplinkFault>> {
    const { outcomes, uplink, now } = this.#parts;
    const unknown = outcomes.unknownAndSent().map(({ terminalTransactionNumber }) => terminalTransactionNumber);
    const rejected = outcomes.rejected().map(({ seq }) => seq);
    const transactions = pageAfter(this.#askedUpTo.transactions, unknown);
    const entries = pageAfter(this.#askedUpTo.entries, rejected);
    const answer = await uplink.outcomes(credentials, queryOf(transactions, entries));
    if (!answer.ok) return answer;
    this.#askedUpTo = { transactions: transactions.at(-1) ?? 0, entries: entries.at(-1) ?? 0 };
    const resolved = answer.value.rejections.filter(({ resolution }) => resolution !== null).map(({ seq }) => seq);
    if (resolved.length > 0) outcomes.resolveRejected(resolved, now());
    const asked = new Set(transactions);
    this.#tell(
      answer.value.transactions
        .filter(({ terminalTransactionNumber }) => asked.has(terminalTransactionNumber))
        .map(({ terminalTransactionNumber, state, cause }) => ({ terminalTransactionNumber, state, cause })),
    );
    return ok(undefined);
  }

  #tell(news: readonly BackendNews[]): void {
    if (news.length === 0) return;
    for (const listener of [...this.#listeners]) listener(news);
  }
}

/** The next ones after `last`, and from the beginning again after the end. */
function pageAfter(last: number, ascending: readonly number[]): readonly number[] {
  const rest = ascending.filter((number) => number > last);
  return (rest.length > 0 ? rest : ascending).slice(0, outcomesMax);
}

function queryOf(transactions: readonly number[], entries: readonly number[]): OutcomesQuery {
  return {
    ...(transactions.length === 0 ? {} : { transactions: transactions.join(',') }),
    ...(entries.length === 0 ? {} : { entries: entries.join(',') }),
  };
}
