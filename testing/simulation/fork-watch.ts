import type Database from 'better-sqlite3';
import { z } from 'zod';
import { demand } from './money-model.ts';

const forkSchema = z.object({ halted: z.string().nullable(), last: z.int() });

/** What may be the matter with a journal that is not the one the backend has (ingest rule 2). */
const reasons: readonly string[] = ['JOURNAL_BEHIND', 'JOURNAL_FORKED', 'JOURNAL_UNKNOWN'];

/**
 * Watches a till whose disk was put back: it may go on as long as it cannot know, and draws no number any more from the moment it
 * does (protocol.md, ingest rule 2).
 */
export class ForkWatch {
  readonly assignmentId: number;
  /** Up to where the backend had the journal when the disk was put back. */
  readonly sealedSeq: number;
  haltedCode: string | null = null;
  #lastNumber = 0;

  constructor(assignmentId: number, sealedSeq: number) {
    this.assignmentId = assignmentId;
    this.sealedSeq = sealedSeq;
  }

  look(database: Database.Database): void {
    const { halted, last } = forkSchema.parse(
      database.prepare('SELECT halted_code AS halted, last_terminal_transaction_number AS last FROM assignment').get(),
    );
    const isStill = this.haltedCode === null || last === this.#lastNumber;
    demand(isStill, 'Q-fork numbers', `${this.assignmentId} draws ${last} and knows that it is ${this.haltedCode}`);
    demand(halted === null || reasons.includes(halted), 'Q-fork reason', `${this.assignmentId} stops for ${halted}`);
    const isHeeded = this.haltedCode === null || halted !== null;
    demand(isHeeded, 'Q-fork reason', `${this.assignmentId} has forgotten that it is ${this.haltedCode}`);
    this.haltedCode = halted;
    this.#lastNumber = last;
  }
}
