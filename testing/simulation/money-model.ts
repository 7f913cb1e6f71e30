import type { TerminalState, TransactionType } from '../../contract/wire/words.ts';

/** What a tag shows, read by a witness. */
export interface ModelImage {
  readonly generation: number;
  readonly transactionNumber: number;
  readonly balanceMinor: number;
  readonly adjustmentNumber: number;
  readonly blocked: boolean;
  readonly history: readonly ModelClaim[];
}

/** A line of a tag's history: who changed its balance by how much. */
export interface ModelClaim {
  readonly assignmentId: number;
  readonly terminalTransactionNumber: number;
  readonly amountMinor: number;
  readonly type: TransactionType;
}

/** What a person at a till has asked for. `amountMinor` null: everything there is. */
export interface Intent {
  readonly type: TransactionType;
  readonly method: 'tag' | 'cash' | 'card' | 'none';
  readonly amountMinor: number | null;
}

/** A transaction as its till has stored it. */
export interface StoredRow {
  readonly assignmentId: number;
  readonly number: number;
  readonly type: TransactionType;
  readonly method: string;
  readonly amountMinor: number;
  readonly deltaMinor: number;
  readonly uid: string;
  readonly generation: number;
  readonly tagNumber: number;
  readonly balanceBeforeMinor: number;
  readonly balanceAfterMinor: number;
  readonly adjustmentNumber: number | null;
  readonly reference: { readonly assignmentId: number; readonly number: number } | null;
  /** Account by account what its items move: debits less credits. */
  readonly moves: ReadonlyMap<string, number>;
}

interface ModelRow extends StoredRow {
  state: TerminalState;
  version: number;
  /** The tag of plastic that truly carries it. */
  writtenOn: string | null;
  writeStarted: boolean;
}

interface ModelTag {
  readonly uid: string;
  image: ModelImage | null;
}

/** A rule that does not hold, and how. */
export class ModelViolation extends Error {
  readonly check: string;

  constructor(check: string, detail: string) {
    super(`${check}: ${detail}`);
    this.name = 'ModelViolation';
    this.check = check;
  }
}

/** What the money of an event must do, said by nothing but the rules; fees as the edition has them. */
export interface MoneyRules {
  readonly topUpFeeMinor: number;
  readonly maximumBalanceMinor: number;
}

const followers: Readonly<Record<TerminalState, readonly TerminalState[]>> = {
  Open: ['TerminalConfirmStarted', 'Aborted'],
  TerminalConfirmStarted: ['Committed', 'Aborted', 'TerminalConfirmUnknown'],
  TerminalConfirmUnknown: ['Committed', 'Aborted'],
  Committed: [],
  Aborted: [],
};

export const keyOf = (assignmentId: number, number: number): string => `${assignmentId}/${number}`;

/**
 * The third statement of the rules, on the side of the tills: it follows what is truly on the tags and what every till has
 * stored, and says what cannot be. It knows no code of the product.
 */
export class MoneyModel {
  readonly rows = new Map<string, ModelRow>();
  readonly tags = new Map<string, ModelTag>();
  /** UIDs whose tags somebody has copied, put back or damaged: what they show proves less. */
  readonly tampered = new Set<string>();
  /** UIDs about which somebody has decided what cannot be known: books and tags need not agree any more. */
  readonly misjudged = new Set<string>();
  /** How each tag last began: issued, repaired, or in a lost one's place. */
  readonly begun = new Map<string, { readonly generation: number; readonly balanceMinor: number }>();
  /** Assignments whose till has lost what it knew: nobody will say any more what became of their transactions. */
  readonly lost = new Set<number>();
  /** Changes booked in the backend for a tag, by their number (Q20). */
  readonly #adjustments = new Map<string, Map<number, number>>();
  readonly #rules: MoneyRules;
  readonly #intents = new Map<number, readonly Intent[]>();
  readonly #lastNumbers = new Map<number, number>();

  constructor(rules: MoneyRules) {
    this.#rules = rules;
  }

  /** A person starts a piece of work at a till; an open loop sale is two. */
  intend(assignmentId: number, intents: readonly Intent[]): void {
    this.#intents.set(assignmentId, intents);
  }

  row(assignmentId: number, number: number): ModelRow | undefined {
    return this.rows.get(keyOf(assignmentId, number));
  }

  adjusted(uid: string, adjustmentNumber: number, amountMinor: number): void {
    const known = this.#adjustments.get(uid) ?? new Map<number, number>();
    demand(
      adjustmentNumber === known.size + 1,
      'Q20 numbers',
      `${uid} gets adjustment ${adjustmentNumber} after ${known.size}`,
    );
    known.set(adjustmentNumber, amountMinor);
    this.#adjustments.set(uid, known);
  }

  /** What is booked for a tag and not on it yet. */
  uncollectedMinor(uid: string, adjustmentNumber: number): number {
    const known = [...(this.#adjustments.get(uid) ?? [])];
    return known.reduce((sum, [number, minor]) => (number > adjustmentNumber ? sum + minor : sum), 0);
  }

  // --- what a till stores ---

  opened(stored: StoredRow): void {
    const { assignmentId, number } = stored;
    const expected = (this.#lastNumbers.get(assignmentId) ?? 0) + 1;
    demand(number === expected, 'INV-04 numbers', `${keyOf(assignmentId, number)} follows ${expected - 1}`);
    this.#lastNumbers.set(assignmentId, number);
    this.#checkContent(stored);
    this.rows.set(keyOf(assignmentId, number), {
      ...stored,
      state: 'Open',
      version: 1,
      writtenOn: null,
      writeStarted: false,
    });
  }

  #checkContent(stored: StoredRow): void {
    const { assignmentId, number, type, method, deltaMinor, balanceBeforeMinor, balanceAfterMinor, moves } = stored;
    const name = keyOf(assignmentId, number);
    const intents = this.#intents.get(assignmentId) ?? [];
    const intent = intents.find((wanted) => wanted.type === type && wanted.method === method);
    demand(intent !== undefined, 'R15 work', `${name} is a ${type} by ${method} that nobody asked for`);
    const amountMinor = intent.amountMinor ?? stored.amountMinor;
    demand(stored.amountMinor === amountMinor, 'R15 work', `${name} is of ${stored.amountMinor}, not ${amountMinor}`);
    const expected = this.#deltaOf(stored);
    demand(deltaMinor === expected, 'R9–R11 delta', `${name} changes the tag by ${deltaMinor}, not ${expected}`);
    demand(
      balanceAfterMinor === balanceBeforeMinor + deltaMinor,
      'INV-01 balance',
      `${name} ends at ${balanceAfterMinor}`,
    );
    const wanted = movesOf(stored, this.#rules);
    demand(sameMoves(moves, wanted), 'R1 items', `${name} books ${text(moves)}, not ${text(wanted)}`);
    const sum = [...moves.values()].reduce((total, minor) => total + minor, 0);
    demand(sum === 0, 'INV-02 items', `${name} books ${sum} from nowhere`);
  }

  #deltaOf({ type, amountMinor, reference, deltaMinor }: StoredRow): number {
    switch (type) {
      case 'TopUp':
        return amountMinor - this.#rules.topUpFeeMinor;
      case 'Purchase':
        return -amountMinor;
      case 'Refund':
        return reference ? amountMinor : -amountMinor;
      case 'Chargeback':
        return amountMinor;
      case 'TagAdjustment':
        return Math.sign(deltaMinor) * amountMinor;
    }
  }

  /** @param cause `checkout`, `cleanup` or `backend`, as the till has logged it */
  moved(assignmentId: number, number: number, from: string | null, to: TerminalState, cause: string): void {
    const row = this.row(assignmentId, number);
    const name = keyOf(assignmentId, number);
    demand(row !== undefined, 'INV-06 states', `${name} moves to ${to} without having been opened`);
    const isLegal = from === row.state && followers[row.state].includes(to);
    demand(isLegal, 'INV-06 states', `${name} goes from ${from} (${row.state}) to ${to}`);
    row.state = to;
    row.version += 1;
    if (cause === 'backend' || this.tampered.has(row.uid)) return;
    if (to === 'Committed')
      demand(row.writtenOn !== null, 'Q51 committed', `${name} is Committed (${cause}) and on no tag`);
    if (to === 'Aborted')
      demand(row.writtenOn === null, '3.2 aborted', `${name} is Aborted (${cause}) and on ${row.writtenOn}`);
  }

  /** What the cashier was told of a piece of work. */
  told(assignmentId: number, number: number, result: string): void {
    const row = this.row(assignmentId, number);
    const name = keyOf(assignmentId, number);
    demand(row !== undefined, 'told', `${name} was shown and never stored`);
    if (result === 'committed')
      demand(row.state === 'Committed', 'told', `${name} is shown as paid and is ${row.state}`);
    if (result === 'aborted')
      demand(row.state === 'Aborted', 'told', `${name} is shown as broken off and is ${row.state}`);
  }

  // --- what is on the tags ---

  /** @param isMaking a till is issuing, repairing or replacing this tag now */
  tagShows(tagId: string, uid: string, image: ModelImage | null, isMaking: boolean): void {
    const tag = this.tags.get(tagId);
    this.tags.set(tagId, { uid, image });
    const before = tag?.image ?? null;
    if (sameImage(before, image)) return;
    if (image === null)
      demand(isMaking, 'tag destroyed', `${tagId} showed number ${before?.transactionNumber} and shows nothing`);
    else if (before === null || image.generation !== before.generation) this.#made(tagId, uid, image, isMaking);
    else this.#written(tagId, uid, before, image);
  }

  /** Somebody has laid hands on it. */
  tamper(tagId: string, uid: string, image: ModelImage | null): void {
    this.tampered.add(uid);
    this.tags.set(tagId, { uid, image });
  }

  #made(tagId: string, uid: string, image: ModelImage, isMaking: boolean): void {
    const { transactionNumber, balanceMinor, generation, history } = image;
    this.begun.set(uid, { generation, balanceMinor });
    demand(isMaking, 'tag made', `${tagId} shows number ${transactionNumber} out of nothing`);
    demand(transactionNumber === 0 && history.length === 0, 'tag made', `${tagId} begins at ${transactionNumber}`);
    demand(generation > 1 || balanceMinor >= 0, 'tag made', `${tagId} begins with ${balanceMinor}`);
  }

  #written(tagId: string, uid: string, before: ModelImage, image: ModelImage): void {
    const [line, ...older] = image.history;
    demand(line !== undefined, 'tag written', `${tagId} has changed without a history`);
    const name = keyOf(line.assignmentId, line.terminalTransactionNumber);
    const row = this.rows.get(name);
    demand(row !== undefined, 'tag written', `${tagId} shows ${name}, which no till has stored`);
    const isNext = image.transactionNumber === before.transactionNumber + 1;
    demand(isNext, 'R21 tag numbers', `${tagId} goes from ${before.transactionNumber} to ${image.transactionNumber}`);
    const expected = before.balanceMinor + row.deltaMinor;
    demand(
      image.balanceMinor === expected,
      'tag balance',
      `${tagId} holds ${image.balanceMinor}, not ${expected} after ${name}`,
    );
    demand(
      line.amountMinor === row.deltaMinor && line.type === row.type,
      'tag history',
      `${tagId} shows another ${name}`,
    );
    // What takes may not go below zero and what adds not above the limit; both may lead back from beyond it.
    const isInRange = row.deltaMinor <= 0 ? expected >= 0 : expected <= this.#rules.maximumBalanceMinor;
    const isLimited = row.type !== 'TagAdjustment' && row.type !== 'Chargeback';
    demand(isInRange || !isLimited, 'tag limits', `${tagId} holds ${expected} after ${name}`);
    this.#checkAdjustment(name, row, before, image);
    demand(!before.blocked || row.type === 'TagAdjustment', 'blocked', `${name} is written to a blocked tag`);
    const kept = before.history.slice(0, 2);
    demand(sameClaims(older, kept), 'tag history', `${tagId} has forgotten what ${name} was written over`);
    demand(
      row.uid === uid && row.tagNumber === image.transactionNumber,
      'INV-07 number',
      `${name} is written as ${image.transactionNumber}`,
    );
    demand(row.state === 'TerminalConfirmStarted', 'Q51 write', `${name} is written while it is ${row.state}`);
    demand(row.writeStarted, 'Q51 write', `${name} is written before its images are stored`);
    const isOnce = row.writtenOn === null || (this.tampered.has(uid) && row.writtenOn !== null);
    demand(isOnce, 'INV-07 written', `${name} is written twice, on ${row.writtenOn} and ${tagId}`);
    row.writtenOn = tagId;
  }

  /** Q20: a tag takes the next adjustment and no other, and exactly its worth. */
  #checkAdjustment(name: string, row: ModelRow, before: ModelImage, image: ModelImage): void {
    const taken = row.type === 'TagAdjustment' ? row.adjustmentNumber : null;
    const expected = taken === null ? before.adjustmentNumber : before.adjustmentNumber + 1;
    demand(image.adjustmentNumber === expected, 'Q20 numbers', `${name} leaves adjustment ${image.adjustmentNumber}`);
    if (taken === null) return;
    const worth = this.#adjustments.get(row.uid)?.get(taken);
    demand(
      worth === row.deltaMinor,
      'Q20 worth',
      `${name} brings ${row.deltaMinor} of adjustment ${taken}, which is ${worth}`,
    );
  }
}

export function demand(holds: boolean, check: string, detail: string): asserts holds {
  if (!holds) throw new ModelViolation(check, detail);
}

/** R9–R11, Q15: which account gets and which gives, for a transaction of one amount. */
function movesOf(row: StoredRow, { topUpFeeMinor }: MoneyRules): ReadonlyMap<string, number> {
  const { type, method, amountMinor, moves, reference } = row;
  const merchant = [...moves.keys()].find((account) => account.startsWith('merchant:')) ?? 'merchant:';
  switch (type) {
    case 'TopUp':
      return new Map([
        ['customer', amountMinor - topUpFeeMinor],
        ['fee', topUpFeeMinor],
        [`top-up:${method}`, -amountMinor],
      ]);
    case 'Purchase':
      return new Map([
        [merchant, amountMinor],
        ['customer', -amountMinor],
      ]);
    case 'Refund':
      return new Map([
        ['top-up:cash', reference ? -amountMinor : amountMinor],
        ['customer', reference ? amountMinor : -amountMinor],
      ]);
    case 'Chargeback':
      return new Map([
        ['customer', amountMinor],
        [merchant, -amountMinor],
      ]);
    case 'TagAdjustment':
      return new Map();
  }
}

function sameMoves(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): boolean {
  return one.size === other.size && [...one].every(([account, minor]) => other.get(account) === minor);
}

function sameClaims(one: readonly ModelClaim[], other: readonly ModelClaim[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function sameImage(one: ModelImage | null, other: ModelImage | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function text(moves: ReadonlyMap<string, number>): string {
  return JSON.stringify(Object.fromEntries(moves));
}
