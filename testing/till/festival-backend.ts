import { batchRequestSchema } from '../../contract/wire/batch.ts';
import { type Seal, tagEventPayloadSchema, tagSnapshotPayloadSchema } from '../../contract/wire/journal.ts';
import type { PendingAdjustment, TagLookupAnswer } from '../../contract/wire/tag-lookup.ts';
import { type TagReplacementAnswer, tagReplacementRequestSchema } from '../../contract/wire/tag-replacement.ts';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import { askedUid, problem } from './canteen.ts';
import { type ReceivedRequest, type Reply, ScriptedBackend } from './scripted-backend.ts';

/** What a backend knows of one tag of a festival. */
interface LedgerTag {
  generation: number;
  bookedMinor: number;
  heldMinor: number;
  blocked: boolean;
  collectedAdjustmentNumber: number;
  pendingAdjustments: PendingAdjustment[];
}

/** The ledger of a festival as tills are told of it: booked by what they send, tags made anew in their generations. */
export class FestivalBackend {
  readonly tags = new Map<string, LedgerTag>();
  /** By the lost tag. */
  readonly replacements = new Map<string, TagReplacementAnswer>();
  /** Tags that somebody has reported as they are. */
  readonly reported = new Set<string>();
  /** Says something else than the ledger would, where it is not null. */
  interrupt: (request: ReceivedRequest) => Reply | null = () => null;
  readonly server: ScriptedBackend;
  #seal: Seal | null = null;

  private constructor(server: ScriptedBackend) {
    this.server = server;
  }

  static async start(): Promise<FestivalBackend> {
    const festival = new FestivalBackend(await ScriptedBackend.start(() => ({ status: 503 })));
    festival.server.answer = (request) => festival.interrupt(request) ?? festival.#answer(request);
    return festival;
  }

  /** @param emptySeal of a journal without an entry */
  begin(emptySeal: Seal): void {
    this.#seal ??= emptySeal;
  }

  tag(uid: string): LedgerTag {
    const known = this.tags.get(uid);
    if (known) return known;
    const tag = { bookedMinor: 0, heldMinor: 0, blocked: false, collectedAdjustmentNumber: 0, pendingAdjustments: [] };
    const made: LedgerTag = { generation: 0, ...tag };
    this.tags.set(uid, made);
    return made;
  }

  #answer(request: ReceivedRequest): Reply {
    const uid = askedUid(request);
    if (uid) return { status: 200, json: this.#lookUp(uid) };
    if (request.resource === 'seal') return { status: 200, json: this.#seal };
    if (request.resource.startsWith('batches/')) return this.#book(request.body);
    const lostUid = /^tags\/(\w+)\/replacement$/.exec(request.resource)?.[1];
    return lostUid ? this.#replace(lostUid, request.body) : { status: 404 };
  }

  #lookUp(uid: string): TagLookupAnswer {
    const nothing = { blocked: false, generation: 0, collectedAdjustmentNumber: 0, pendingAdjustments: [] };
    const tag = this.tags.get(uid);
    if (!tag) return { uid, known: false, ...nothing, balanceMinor: 0, availableMinor: 0, creditMinor: 0 };
    const { bookedMinor, heldMinor, ...rest } = tag;
    return {
      uid,
      known: true,
      ...rest,
      balanceMinor: bookedMinor,
      availableMinor: bookedMinor - heldMinor,
      creditMinor: 0,
    };
  }

  /** As protocol.md's money rule 2 has it: once, for one new tag, until that is reported as written. */
  #replace(lostUid: string, body: string): Reply {
    const { newUid } = tagReplacementRequestSchema.parse(JSON.parse(body));
    const before = this.replacements.get(lostUid);
    if (before?.newUid === newUid && !this.reported.has(newUid)) return { status: 200, json: before };
    if (before) return problem(409, 'TAG_REPLACED');
    const lost = this.tags.get(lostUid);
    if (!lost) return problem(404, 'NOT_FOUND');
    if (this.tags.has(newUid)) return problem(409, 'TAG_IN_USE');
    const balanceMinor = Math.max(0, lost.bookedMinor - lost.heldMinor);
    const answer = { uid: lostUid, newUid, generation: 1, balanceMinor, adjustmentNumber: 0 };
    this.replacements.set(lostUid, answer);
    lost.blocked = true;
    // One customer: what is booked on either is booked on both.
    this.tags.set(newUid, { ...lost, blocked: false, generation: 0 });
    return { status: 200, json: answer };
  }

  #book(body: string): Reply {
    const { entries } = batchRequestSchema.parse(JSON.parse(body));
    const known = this.#seal?.seq ?? 0;
    for (const { seq, kind, payload } of entries) if (seq > known) this.#take(kind, payload);
    const last = entries.at(-1);
    if (last && last.seq > known) this.#seal = { seq: last.seq, hash: last.hash };
    const results = entries.map(({ seq }) => ({ seq, outcome: 'accepted' }));
    return { status: 200, json: { results, seal: this.#seal } };
  }

  #take(kind: string, payload: unknown): void {
    if (kind === 'transaction') {
      const { state, type, tag, balanceDeltaMinor } = transactionPayloadSchema.parse(payload);
      this.#seen(tag.uid, tag.generation);
      if (state === 'Committed' && type !== 'TagAdjustment') this.tag(tag.uid).bookedMinor += balanceDeltaMinor;
    } else if (kind === 'tagSnapshot') {
      const { uid, generation } = tagSnapshotPayloadSchema.parse(payload);
      this.#seen(uid, generation);
      this.reported.add(uid);
    } else if (kind === 'tagEvent') {
      const { uid, generation, event } = tagEventPayloadSchema.parse(payload);
      this.#seen(uid, generation);
      if (event === 'replace') this.reported.add(uid);
    }
  }

  #seen(uid: string, generation: number): void {
    const tag = this.tag(uid);
    tag.generation = Math.max(tag.generation, generation);
  }
}
