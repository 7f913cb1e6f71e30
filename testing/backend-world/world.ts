import type { Database } from '../../backend-mock/store/database.ts';
import type { TagSnapshotPayload } from '../../contract/wire/journal.ts';
import type { SentTransaction } from '../backend/payloads.ts';
import { snapshot } from '../backend/payloads.ts';
import { Dice } from './dice.ts';
import type { Fleet } from './fleet.ts';

/** A wristband as it really is: the only truth about its balance. */
export class WorldTag {
  readonly uid: string;
  shown: TagSnapshotPayload;
  /** It lies on one reader at a time. */
  isTaken = false;

  constructor(uid: string, shown: Partial<TagSnapshotPayload> = {}) {
    this.uid = uid;
    this.shown = snapshot({ uid, ...shown });
  }

  /** The write that a till has made of a transaction. */
  write(assignmentId: number, sent: SentTransaction): void {
    const { terminalTransactionNumber, balanceDeltaMinor: amountMinor, type } = sent;
    const line = { assignmentId, terminalTransactionNumber, amountMinor, type };
    this.shown = {
      ...this.shown,
      transactionNumber: this.shown.transactionNumber + 1,
      balanceMinor: this.shown.balanceMinor + amountMinor,
      adjustmentNumber: sent.adjustmentNumber ?? this.shown.adjustmentNumber,
      history: [line, ...this.shown.history].slice(0, 3),
    };
  }
}

/** Everything that actors share, and what happened, line by line. */
export class World {
  readonly seed: number;
  readonly fleet: Fleet;
  readonly database: Database;
  readonly festivalTags: WorldTag[] = [];
  readonly canteenTags: WorldTag[] = [];
  readonly trace: string[] = [];
  readonly counts = new Map<string, number>();
  /** What each idempotency key was answered with. */
  readonly deedsByKey = new Map<string, string>();
  readonly #startedAt = Date.now();
  #uids = 0;
  #instants = 0;
  #keys = 0;

  constructor(seed: number, fleet: Fleet, database: Database) {
    this.seed = seed;
    this.fleet = fleet;
    this.database = database;
  }

  dice(name: string): Dice {
    return new Dice(this.seed, name);
  }

  /** Writes down what somebody did, and counts it by its first word and what came of it. */
  note(actor: string, deed: string, outcome: string | number, detail = ''): void {
    const at = ((Date.now() - this.#startedAt) / 1_000).toFixed(3);
    this.trace.push(`${at} ${actor} ${deed} ${detail} → ${outcome}`);
    const key = `${deed} → ${outcome}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  newUid(): string {
    this.#uids += 1;
    return `04E0${this.#uids.toString(16).toUpperCase().padStart(10, '0')}`;
  }

  /** When a tag was read: each later than the one before, and later than everything that tills have written. */
  instant(): string {
    this.#instants += 1;
    return new Date(Date.parse('2026-07-05T00:00:00Z') + this.#instants * 1_000).toISOString();
  }

  newKey(): string {
    this.#keys += 1;
    return `world-${this.seed}-${this.#keys}`;
  }

  /** A tag that nobody has on a reader, for as long as `work` takes. */
  async withTag<Result>(dice: Dice, work: (tag: WorldTag) => Promise<Result>): Promise<Result | undefined> {
    const tag = dice.oneOf(this.festivalTags.filter(({ isTaken }) => !isTaken));
    if (tag === undefined) return undefined;
    tag.isTaken = true;
    try {
      return await work(tag);
    } finally {
      tag.isTaken = false;
    }
  }
}
