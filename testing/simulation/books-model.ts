import type { JournalKind } from '../../contract/wire/journal.ts';
import type { BackendState, ReplicableState, TransactionType } from '../../contract/wire/words.ts';
import { demand, keyOf, type ModelClaim } from './money-model.ts';

/** Of a journal entry, what the books depend on. */
export interface SentEntry {
  readonly seq: number;
  readonly kind: JournalKind;
  readonly hash: string;
  readonly transaction: SentTransaction | null;
  readonly snapshot: SentSnapshot | null;
}

export interface SentTransaction {
  readonly number: number;
  readonly version: number;
  readonly state: ReplicableState;
  readonly type: TransactionType;
  readonly method: string;
  readonly deltaMinor: number;
  readonly uid: string;
  readonly generation: number;
  readonly tagNumber: number | null;
  /** Debits less credits, account by account. */
  readonly moves: ReadonlyMap<string, number>;
}

export interface SentSnapshot {
  readonly uid: string;
  readonly generation: number;
  readonly transactionNumber: number;
  readonly history: readonly (ModelClaim | null)[];
}

export type Cause = 'TR' | 'TO' | 'TD' | 'TM' | 'AD';

/** What the backend must have of one transaction of a till. */
export interface Known {
  readonly key: string;
  state: BackendState;
  cause: Cause;
  version: number;
  type: TransactionType;
  uid: string;
  generation: number;
  tagNumber: number | null;
  deltaMinor: number;
  method: string | null;
  moves: ReadonlyMap<string, number> | null;
  expiresAtMs: number | null;
}

export type Verdict = 'accepted' | 'duplicate' | 'rejected';

interface Claim extends ModelClaim {
  readonly uid: string;
  readonly generation: number;
  readonly tagNumber: number;
}

const reservationMs = 600_000;

/**
 * The third statement of the rules, on the side of the books (requirements.md 3.3, 3.4, Q6–Q10, Q49): it is given what truly
 * reached the backend, in that order, and says which state every transaction must have and what every account must hold.
 */
export class BooksModel {
  readonly known = new Map<string, Known>();
  /** Position and hash up to which each journal was taken. */
  readonly seals = new Map<number, { seq: number; hash: string }>();
  /** By account, customers as `customer:<uid>`. */
  readonly balances = new Map<string, number>();
  readonly rejected = new Set<string>();
  /** By the UID of a lost tag: the one that took its place, and what was handed out with it (money rule 2). */
  readonly replacements = new Map<string, { readonly newUid: string; readonly balanceMinor: number }>();
  readonly #claims = new Map<string, Claim>();

  /** A checkout asked for its amount to be held, and the backend has it. @returns until when */
  reserved(
    assignmentId: number,
    number: number,
    sent: Omit<Known, 'key' | 'state' | 'cause' | 'version' | 'moves' | 'expiresAtMs'>,
    nowMs: number,
  ): number {
    const key = keyOf(assignmentId, number);
    const expiresAtMs = nowMs + reservationMs;
    const known: Known = {
      ...sent,
      key,
      state: 'ReservePending',
      cause: 'TO',
      version: 0,
      moves: null,
      expiresAtMs,
    };
    this.known.set(key, known);
    return expiresAtMs;
  }

  /** Time goes by: what was held and never confirmed is let go (TM). */
  expire(nowMs: number): void {
    for (const known of this.known.values()) {
      if (known.state !== 'ReservePending' || known.expiresAtMs === null || known.expiresAtMs > nowMs) continue;
      this.#move(known, 'ReserveExpired', 'TM');
    }
  }

  /** A batch the backend has taken, new entries of it only. @returns what each entry's result has to be */
  received(
    assignmentId: number,
    entries: readonly SentEntry[],
    outcomes: ReadonlyMap<number, Verdict>,
  ): Map<number, { verdict: Verdict; state: BackendState | null }> {
    const results = new Map<number, { verdict: Verdict; key: string | null }>();
    const touched = new Set<string>();
    for (const entry of entries) {
      const seal = this.seals.get(assignmentId)?.seq ?? 0;
      demand(entry.seq === seal + 1, 'INV-05 journal', `entry ${entry.seq} of ${assignmentId} was taken after ${seal}`);
      this.seals.set(assignmentId, { seq: entry.seq, hash: entry.hash });
      if (!entry.transaction) {
        results.set(entry.seq, { verdict: 'accepted', key: null });
        continue;
      }
      const key = keyOf(assignmentId, entry.transaction.number);
      results.set(entry.seq, { verdict: this.#take(key, entry.transaction, outcomes.get(entry.seq)), key });
      touched.add(key);
    }
    const unknown = new Set([...touched].filter((key) => this.known.get(key)?.state === 'TerminalConfirmUnknown'));
    this.#weigh(
      entries.flatMap(({ snapshot }) => (snapshot ? claimsOf(snapshot) : [])),
      unknown,
    );
    return new Map(
      [...results].map(([seq, { verdict, key }]) => [
        seq,
        { verdict, state: verdict === 'rejected' || key === null ? null : (this.known.get(key)?.state ?? null) },
      ]),
    );
  }

  /** An operator ends what nobody else can (AD). */
  resolved(key: string, to: 'Committed' | 'Aborted'): void {
    const known = this.known.get(key);
    demand(known !== undefined, 'operator', `${key} was resolved and is not known`);
    known.moves ??= movesByTag(known);
    this.#move(known, to, 'AD');
  }

  /** An operator gives up a card top-up that its till has not sent, because nobody could find out its payment (AD). */
  paymentGivenUp({
    assignmentId,
    number,
    type,
    uid,
    generation,
    tagNumber,
    deltaMinor,
  }: {
    readonly assignmentId: number;
    readonly number: number;
    readonly type: TransactionType;
    readonly uid: string;
    readonly generation: number;
    readonly tagNumber: number;
    readonly deltaMinor: number;
  }): void {
    const key = keyOf(assignmentId, number);
    const content = { type, uid, generation, tagNumber, deltaMinor, method: 'card', moves: null };
    this.known.set(key, { ...content, key, state: 'Aborted', cause: 'AD', version: 0, expiresAtMs: null });
  }

  /** A tag has taken the place of a lost one: what is free of its customer's is handed out with it, once (INV-65). */
  replaced(lostUid: string, newUid: string, balanceMinor: number): void {
    if (this.replacements.has(lostUid)) return;
    const free = Math.max(0, this.#freeMinor(lostUid));
    demand(
      balanceMinor === free,
      'INV-65 replaced',
      `${newUid} gets ${balanceMinor} for ${lostUid}, which has ${free}`,
    );
    this.replacements.set(lostUid, { newUid, balanceMinor });
  }

  /** What came with a tag that took the place of another; 0 for every other. */
  handedOutMinor(uid: string): number {
    return [...this.replacements.values()].find(({ newUid }) => newUid === uid)?.balanceMinor ?? 0;
  }

  /** Booked less held, of whoever a tag belongs to: with those that it took the place of, one after the other. */
  #freeMinor(uid: string): number {
    let ofTag = this.balances.get(`customer:${uid}`) ?? 0;
    for (const known of this.known.values()) {
      const isHeld = known.state === 'ReservePending' || known.state === 'Reserve';
      if (known.uid === uid && isHeld) ofTag += known.deltaMinor;
    }
    const [lostUid] = [...this.replacements].find(([, { newUid }]) => newUid === uid) ?? [];
    return lostUid === undefined ? ofTag : ofTag + this.#freeMinor(lostUid);
  }

  /** Whether a tag has shown whose the number of a transaction is (Q9). */
  hasEvidence(key: string): boolean {
    return [...this.#claims.values()].some((claim) => this.#isSameNumber(key, claim));
  }

  /** Something booked in the backend itself. */
  booked(moves: ReadonlyMap<string, number>): void {
    for (const [account, minor] of moves) this.#add(account, minor);
  }

  // --- replication (TR) ---

  /** @param outcome what the backend has made of it: of a card top-up it alone knows how the payment stands */
  #take(key: string, sent: SentTransaction, outcome: Verdict | undefined): Verdict {
    const known = this.known.get(key);
    if (sent.method === 'card') return this.#takeCard(key, sent, known, outcome);
    if (!known) {
      const { number: _, state, ...rest } = sent;
      const fresh: Known = { ...rest, key, state, cause: 'TR', expiresAtMs: null };
      this.known.set(key, fresh);
      if (state === 'Committed') this.#book(fresh);
      return 'accepted';
    }
    if (sent.version <= known.version) return 'duplicate';
    const isSettledElsewhere = known.cause === 'TD' || known.cause === 'AD';
    const isSettled = known.state === 'Reserve' || known.state === 'Committed' || known.state === 'Aborted';
    const from = known.state;
    if (from === sent.state) {
      Object.assign(known, contentOf(sent));
      return 'accepted';
    }
    if (sent.state === 'TerminalConfirmUnknown' && isSettled) {
      if (!isSettledElsewhere) return this.#reject(key);
      Object.assign(known, contentOf(sent));
      return 'accepted';
    }
    if (from === 'Committed' || from === 'Aborted') return this.#reject(key);
    if (from === 'Reserve' && sent.state === 'Aborted') return this.#reject(key);
    Object.assign(known, contentOf(sent));
    this.#move(known, sent.state, 'TR');
    return 'accepted';
  }

  /** Accepted or not depends on the payment (3.4); that nothing is booked that no card has paid is checked beside it. */
  #takeCard(key: string, sent: SentTransaction, known: Known | undefined, outcome: Verdict | undefined): Verdict {
    if (known && sent.version <= known.version) return 'duplicate';
    const isFinal = known?.state === 'Committed' || known?.state === 'Aborted';
    if (isFinal && known.cause === 'AD' && sent.state === 'TerminalConfirmUnknown') {
      Object.assign(known, contentOf(sent));
      return 'accepted';
    }
    if (isFinal && known.state !== sent.state) return this.#reject(key);
    // Aborted is always taken: what the card has paid is given back.
    if (outcome === 'rejected' && sent.state !== 'Aborted') return this.#reject(key);
    const { number: _, state, ...content } = sent;
    const followed: Known = known ?? { ...content, key, state: 'ExternalPending', cause: 'TO', expiresAtMs: null };
    Object.assign(followed, contentOf(sent));
    this.known.set(key, followed);
    if (followed.state !== state) this.#move(followed, state, 'TR');
    return 'accepted';
  }

  #reject(key: string): Verdict {
    this.rejected.add(key);
    return 'rejected';
  }

  // --- what tags have shown (TD) ---

  #weigh(shown: readonly Claim[], unknown: ReadonlySet<string>): void {
    const isAbout = (claim: Claim) => [...unknown].some((key) => this.#isSameNumber(key, claim));
    const earlier = unknown.size === 0 ? [] : [...this.#claims.values()].filter(isAbout);
    const claims = [...shown, ...earlier];
    for (const claim of shown) this.#claims.set(JSON.stringify(claim), claim);
    for (const claim of claims) if (!isDisputed(claim, claims)) this.#believe(claim);
    for (const claim of claims) this.#displace(claim, claims);
  }

  #isSameNumber(key: string, { uid, generation, tagNumber }: Claim): boolean {
    const known = this.known.get(key);
    return known?.uid === uid && known.generation === generation && known.tagNumber === tagNumber;
  }

  #believe(claim: Claim): void {
    const { assignmentId, terminalTransactionNumber, amountMinor, type, uid, generation, tagNumber } = claim;
    const key = keyOf(assignmentId, terminalTransactionNumber);
    const known = this.known.get(key);
    const isLowering = (type === 'Purchase' || type === 'Refund') && amountMinor < 0;
    if (!known) {
      if (this.rejected.has(key) || !isLowering) return;
      const content = { type, uid, generation, tagNumber, deltaMinor: amountMinor, method: null, moves: null };
      const held: Known = { ...content, key, state: 'Reserve', cause: 'TD', version: 0, expiresAtMs: null };
      this.known.set(key, held);
      return;
    }
    const isSame =
      known.type === type &&
      known.uid === uid &&
      known.generation === generation &&
      known.tagNumber === tagNumber &&
      known.deltaMinor === amountMinor;
    if (!isSame) return;
    if (known.state === 'ReservePending' || known.state === 'ReserveExpired') this.#move(known, 'Reserve', 'TD');
    else if (known.state !== 'TerminalConfirmUnknown') return;
    else if (isLowering) this.#move(known, 'Reserve', 'TD');
    else if (type !== 'Purchase' && type !== 'Refund' && known.method !== 'card') this.#move(known, 'Committed', 'TD');
  }

  /** The number of an unknown one is another's: it was never written (Q9), unless a tag shows it as the unknown one's too (Q49). */
  #displace(claim: Claim, claims: readonly Claim[]): void {
    const holder = holderOf(claim);
    const isShown = (key: string) => claims.some((own) => holderOf(own) === key && this.#isSameNumber(key, own));
    for (const known of this.known.values()) {
      if (known.state !== 'TerminalConfirmUnknown' || known.key === holder || known.method === 'card') continue;
      if (this.#isSameNumber(known.key, claim) && !isShown(known.key)) this.#move(known, 'Aborted', 'TD');
    }
  }

  // --- moving and booking ---

  #move(known: Known, to: BackendState, cause: Cause): void {
    known.state = to;
    known.cause = cause;
    if (to === 'Committed') this.#book(known);
  }

  #book(known: Known): void {
    demand(known.moves !== null, 'booking', `${known.key} is booked and nobody said how`);
    for (const [account, minor] of known.moves)
      this.#add(account === 'customer' ? `customer:${known.uid}` : account, minor);
  }

  #add(account: string, minor: number): void {
    this.balances.set(account, (this.balances.get(account) ?? 0) + minor);
  }
}

const holderOf = ({ assignmentId, terminalTransactionNumber }: Claim) => keyOf(assignmentId, terminalTransactionNumber);

/** Whether the same number of the same till is told of in another way: which one is meant, nobody can tell (Q49). */
function isDisputed(claim: Claim, claims: readonly Claim[]): boolean {
  const said = JSON.stringify(claim);
  return claims.some((other) => holderOf(other) === holderOf(claim) && JSON.stringify(other) !== said);
}

/** What an operator books where only a tag has told of it: all of it, at the merchant they name. */
function movesByTag({ type, deltaMinor }: Known): ReadonlyMap<string, number> {
  return new Map([
    [type === 'Refund' ? 'top-up:cash' : 'merchant:bar', -deltaMinor],
    ['customer', deltaMinor],
  ]);
}

function contentOf({ version, moves, method, deltaMinor, generation, tagNumber }: SentTransaction) {
  return { version, moves, method, deltaMinor, generation, tagNumber };
}

function claimsOf({ uid, generation, transactionNumber, history }: SentSnapshot): Claim[] {
  return history.flatMap((line, index) => {
    const tagNumber = transactionNumber - index;
    return line === null || tagNumber < 1 ? [] : [{ ...line, uid, generation, tagNumber }];
  });
}
