/** A mistake that somebody could make: one place in one source, said another way. */
export interface PlantedBug {
  readonly name: string;
  /** From the project's folder on. */
  readonly file: string;
  readonly find: string;
  readonly put: string;
  /** Found within so many steps of one of the seeds that are tried, or not at all. */
  readonly stepsMax: number;
  /** Where it is looked for, if not in the usual runs. */
  readonly runs?: Runs;
}

/** Seed after seed from the first, each so long. */
export interface Runs {
  readonly firstSeed: number;
  readonly stepsPerSeed: number;
  readonly tills: number;
  readonly tags: number;
}

export const usualRuns: Runs = { firstSeed: 1, stepsPerSeed: 600, tills: 3, tags: 6 };
/** For what seldom happens in the morning of an event. */
const longRuns: Runs = { ...usualRuns, stepsPerSeed: 2_500 };

const till = 'terminal-core';
const backend = 'backend-mock';
/** What every sale of a run goes through is found soon; what needs an accident takes longer. */
const soon = 1_500;
const late = 8_000;
/** What needs an accident, and then three things more in the right order. */
const rare = 16_000;

/** The mistakes that the simulation has to find, whatever else would find them too. */
export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'skip the read-back after a write',
    file: `${till}/tag/verified-write.ts`,
    find: 'return resultOf(header.ok ? await compare(driver, offset, bytes) : header);',
    put: 'return resultOf(header.ok ? ok(undefined) : header);',
    stepsMax: late,
  },
  {
    name: 'committed before the tag is written',
    file: `${till}/till/tag-write.ts`,
    find: "return { type: written.kind === 'verified' ? 'WRITTEN' : 'LOST' };",
    put: "return { type: 'WRITTEN' };",
    stepsMax: soon,
  },
  {
    name: 'reuse a terminal transaction number',
    file: `${till}/store/transaction-statements.ts`,
    find: 'assignment.lastTerminalTransactionNumber} + 1`',
    put: 'assignment.lastTerminalTransactionNumber} + 0`',
    stepsMax: soon,
  },
  {
    name: 'acknowledge before the answer',
    file: `${till}/replication/replicator.ts`,
    find: 'const answer = await this.#parts.uplink.sendBatch(credentials, ...batchOf(journalId, page));',
    put: 'this.#parts.journal.acknowledge(page.lastSeq, [], this.#now());\n    const answer = await this.#parts.uplink.sendBatch(credentials, ...batchOf(journalId, page));',
    stepsMax: soon,
  },
  {
    name: 'drop the fixed part of the fee',
    file: `${till}/domain/fees.ts`,
    find: 'return rule.fixedMinor + Math.floor(',
    put: 'return Math.floor(',
    stepsMax: soon,
  },
  {
    name: 'forget that the till is at work',
    file: `${till}/till.ts`,
    find: "    if (this.#workplace.isTaken) return failed(fault('BUSY'));\n    const staff",
    put: '    const staff',
    stepsMax: soon,
  },
  {
    name: 'restart the tag transaction number silently',
    file: `${till}/tag/next-image.ts`,
    find: 'transactionNumber: current.transactionNumber + 1,',
    put: 'transactionNumber: current.transactionNumber >= 3 ? 1 : current.transactionNumber + 1,',
    stepsMax: soon,
  },
  {
    name: 'a crash during a write counts as not written',
    file: `${till}/recovery/cleanup.ts`,
    find: "decideByEvidence(evidence, end('TerminalConfirmUnknown'))",
    put: "decideByEvidence(evidence, end('Aborted'))",
    stepsMax: late,
  },
  {
    name: 'a tag lost during a write counts as not written',
    file: `${till}/recovery/examine.ts`,
    find: "if (image.transactionNumber < number - 1) return undecidable('older-image');",
    put: "if (image.transactionNumber <= number) return { kind: 'not-written' };",
    stepsMax: late,
  },
  {
    name: 'a history entry of any transaction is taken for ours',
    file: `${till}/recovery/examine.ts`,
    find: "if (!ours) return { kind: 'displaced', monitor: 'number-reused' };",
    put: "if (!ours) return { kind: 'written' };",
    stepsMax: late,
  },
  {
    name: 'what the tag history forgot counts as not written',
    file: `${till}/recovery/examine.ts`,
    find: 'if (index >= image.history.length) return undecidable(null);',
    put: "if (index >= image.history.length) return { kind: 'displaced', monitor: 'number-reused' };",
    stepsMax: rare,
  },
  {
    name: 'a tag speaks for the transactions of another',
    file: `${till}/till/cleanup.ts`,
    find: 'for (const row of desk.store.unresolved(first.uid)) {',
    put: 'for (const row of desk.store.unresolved(null)) {',
    stepsMax: late,
  },
  {
    name: 'the second tap does not look whether another till has written',
    file: `${till}/till/booking.ts`,
    find: "if (this.#current().reading.image.transactionNumber !== this.#before?.transactionNumber)\n      return this.#deny(fault('TAG_CHANGED'));",
    put: '',
    stepsMax: rare,
  },
  {
    name: 'a tag forgets who wrote to it before',
    file: `${till}/tag/next-image.ts`,
    find: '      current.history[0],\n      current.history[1],',
    put: '      null,\n      null,',
    stepsMax: soon,
  },
  {
    name: 'a tag that has a balance is issued again',
    file: `${till}/till/issue.ts`,
    find: "mayBeIssued(visit.reading) ? ok({ visit, isMade: false }) : failed(fault('TAG_ALREADY_ISSUED'))",
    put: 'ok({ visit, isMade: false })',
    stepsMax: soon,
  },
  {
    name: 'a tag does not keep the number of an adjustment',
    file: `${till}/tag/next-image.ts`,
    find: "return applied === current.adjustmentNumber + 1 ? ok(applied) : failed('adjustment-out-of-order');",
    put: 'return ok(current.adjustmentNumber);',
    stepsMax: late,
    runs: longRuns,
  },
  {
    name: 'an unknown transaction is not journalled',
    file: `${till}/store/transactions.ts`,
    find: "this.#journal.append('transaction', end.at",
    put: "if (end.state !== 'TerminalConfirmUnknown') this.#journal.append('transaction', end.at",
    stepsMax: late,
  },
  {
    name: 'a card top-up that may be paid is given up at a crash',
    file: `${till}/recovery/cleanup.ts`,
    find: "      return { kind: 'ask-provider' };",
    put: "      return end('Aborted');",
    stepsMax: late,
  },
  {
    name: 'an operator’s Aborted is taken for proof of the tag',
    file: `${till}/recovery/cleanup.ts`,
    find: "return state === 'Aborted' && cause === 'TD' ? end('Aborted', 'number-reused') : leave;",
    put: "return state === 'Aborted' ? end('Aborted', 'number-reused') : leave;",
    stepsMax: late,
  },
  {
    name: 'a blocked tag pays',
    file: `${till}/till/booking.ts`,
    find: "if (isBlocked && !charge.value.takesBlockedTags) return failed(fault('TAG_BLOCKED'));",
    put: '',
    stepsMax: late,
  },
  {
    name: 'what a tag proves is not held',
    file: `${backend}/ingest/tag-evidence.ts`,
    find: "return { verdict: lowersBalance(claim) && assignmentKnown ? 'hold' : 'missing' };",
    put: "return { verdict: 'missing' };",
    stepsMax: late,
  },
  {
    name: 'what a restored till has shown twice proves nothing of another’s number',
    file: `${backend}/ingest/apply-evidence.ts`,
    find: 'abortDisplaced(connection, assignment, claims, now)',
    put: 'abortDisplaced(connection, assignment, agreed, now)',
    stepsMax: 2_800,
    // It took 400,000 steps to be found.
    runs: { firstSeed: 80, stepsPerSeed: 2_800, tills: 4, tags: 5 },
  },
  {
    name: 'a sale is rejected because its hold ran out, whatever it came to',
    file: `${backend}/ingest/transitions.ts`,
    find: ['Committed', 'Aborted', 'TerminalConfirmUnknown']
      .map((to) => `  { kind: 'terminal-purchase', from: 'ReserveExpired', to: '${to}', causes: ['TR'] },\n`)
      .join(''),
    put: '',
    stepsMax: late,
  },
  {
    name: 'fees are not booked',
    file: `${backend}/ingest/postings.ts`,
    find: 'return items.map((item, index) => ({',
    put: "return items.filter(({ kind }) => kind !== 'topup-fee').map((item, index) => ({",
    stepsMax: soon,
  },
  {
    name: 'debit and credit of refunds are exchanged',
    file: `${backend}/ingest/postings.ts`,
    find: 'return items.map((item, index) => ({',
    put: "const turned = items.map((item) => (item.kind === 'refund' ? { ...item, debit: item.credit, credit: item.debit } : item));\n  return turned.map((item, index) => ({",
    stepsMax: late,
  },
  {
    name: 'a batch that was answered before is taken again',
    file: `${backend}/ingest/interpret.ts`,
    find: 'entry.seq <= backdrop.lastSeq',
    put: 'entry.seq < backdrop.lastSeq',
    stepsMax: late,
  },
  {
    name: 'an unknown transaction is proven by a snapshot and not booked',
    file: `${backend}/ingest/receive-batch.ts`,
    find: 'const booked = [...bookedByBatch(changes, numbers), ...proven];',
    put: 'const booked = bookedByBatch(changes, numbers).concat(proven.slice(0, 0));',
    stepsMax: late,
  },
  {
    name: 'a till that knows that its disk was put back goes on selling',
    file: `${till}/till/open-desk.ts`,
    find: '  if (assignment.haltedCode) return failed(fault(assignment.haltedCode));\n',
    put: '',
    stepsMax: rare,
  },
  {
    name: 'a void that nobody confirmed for a day is never asked for again',
    file: `${backend}/payments/terminal-payments.ts`,
    find: "row.nextCheckAt === null ? ({ outcome: 'begun', payment: row } as const) : answered(row, now)",
    put: 'answered(row, now)',
    stepsMax: 5_000,
    // Once in a third of a million steps: the run of the soak that it was found in.
    runs: { firstSeed: 33, stepsPerSeed: 5_000, tills: 2, tags: 8 },
  },
  {
    name: 'the fee of an online top-up goes onto the tag',
    file: `${backend}/payments/book-paid-top-up.ts`,
    find: 'const amountMinor = row.amountMinor - row.feeMinor;',
    put: 'const { amountMinor } = row;',
    stepsMax: late,
  },
];
