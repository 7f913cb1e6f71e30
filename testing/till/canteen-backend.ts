import { batchRequestSchema } from '../../contract/wire/batch.ts';
import type { Seal } from '../../contract/wire/journal.ts';
import type { MemberCredit, MemberLookup } from '../../contract/wire/member-lookup.ts';
import { reservationRequestSchema } from '../../contract/wire/reservation.ts';
import type { TagLookupAnswer } from '../../contract/wire/tag-lookup.ts';
import { type TransactionPayload, transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import { accountOf, askedUid, problem } from './canteen.ts';
import { type ReceivedRequest, type Reply, ScriptedBackend } from './scripted-backend.ts';

/** The accounts of a canteen as a backend keeps them: booked by what tills send, held by what they reserve. */
export class CanteenBackend {
  readonly booked = new Map<string, number>();
  /** By terminal transaction number. */
  readonly holds = new Map<number, { readonly uid: string; readonly amountMinor: number; readonly meal?: boolean }>();
  /** By UID; what is left of their credits is written down here as meals take it. */
  readonly members = new Map<string, MemberLookup>();
  readonly blocked = new Set<string>();
  /** Says something else than the accounts would, where it is not null. */
  interrupt: (request: ReceivedRequest) => Reply | null = () => null;
  readonly server: ScriptedBackend;
  #seal: Seal | null = null;

  private constructor(server: ScriptedBackend) {
    this.server = server;
  }

  static async start(): Promise<CanteenBackend> {
    const canteen = new CanteenBackend(await ScriptedBackend.start(() => ({ status: 503 })));
    canteen.server.answer = (request) => canteen.interrupt(request) ?? canteen.#answer(request);
    return canteen;
  }

  /** @param emptySeal of a journal without an entry */
  begin(emptySeal: Seal): void {
    this.#seal ??= emptySeal;
  }

  account(uid: string): TagLookupAnswer {
    const balanceMinor = this.booked.get(uid) ?? 0;
    const holds = [...this.holds.values()].filter((hold) => hold.uid === uid);
    const member = this.members.get(uid);
    let credits = member?.credits ?? [];
    let heldMinor = 0;
    for (const { amountMinor, meal = false } of holds) {
      const drawn = meal ? drawnFrom(credits, amountMinor) : { credits, restMinor: amountMinor };
      credits = drawn.credits;
      heldMinor += drawn.restMinor;
    }
    const onHold = holds.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    const limit = member?.dailyLimit && { ...member.dailyLimit, spentMinor: member.dailyLimit.spentMinor + onHold };
    return accountOf(uid, balanceMinor, {
      known: this.booked.has(uid) || member !== undefined,
      availableMinor: balanceMinor - heldMinor,
      creditMinor: sumOf(credits),
      blocked: this.blocked.has(uid),
      ...(member ? { member: { ...member, credits, dailyLimit: limit ?? null } } : {}),
    });
  }

  #answer(request: ReceivedRequest): Reply {
    const uid = askedUid(request);
    if (uid) return { status: 200, json: this.account(uid) };
    if (request.resource === 'seal') return { status: 200, json: this.#seal };
    const reserved = /^transactions\/(\d+)\/reservation$/.exec(request.resource)?.[1];
    if (reserved) return this.#hold(Number(reserved), request.body);
    return request.resource.startsWith('batches/') ? this.#book(request.body) : { status: 304 };
  }

  #hold(number: number, body: string): Reply {
    const { tag, amountMinor, meal = false } = reservationRequestSchema.parse(JSON.parse(body));
    const { availableMinor, creditMinor, member } = this.account(tag.uid);
    if (availableMinor + (meal ? creditMinor : 0) < amountMinor) return problem(409, 'INSUFFICIENT_FUNDS');
    const limit = member?.dailyLimit ?? null;
    if (limit && limit.spentMinor + amountMinor > limit.limitMinor) return problem(409, 'DAILY_LIMIT');
    this.holds.set(number, { uid: tag.uid, amountMinor, ...(meal ? { meal } : {}) });
    const expiresAt = '2026-07-04T20:30:00.000Z';
    return { status: 200, json: { backendTransactionId: number, state: 'ReservePending', expiresAt } };
  }

  #book(body: string): Reply {
    const { entries } = batchRequestSchema.parse(JSON.parse(body));
    for (const { kind, payload } of entries) {
      if (kind !== 'transaction') continue;
      const booked = transactionPayloadSchema.parse(payload);
      this.holds.delete(booked.terminalTransactionNumber);
      if (booked.state === 'Committed') this.#bookOne(booked);
    }
    const last = entries.at(-1);
    if (last) this.#seal = { seq: last.seq, hash: last.hash };
    const results = entries.map(({ seq }) => ({ seq, outcome: 'accepted' }));
    return { status: 200, json: { results, seal: this.#seal } };
  }

  #bookOne({ tag: { uid }, balanceDeltaMinor, meal, type }: TransactionPayload): void {
    const member = this.members.get(uid);
    const isMeal = member !== undefined && meal === true && type === 'Purchase';
    const drawn = isMeal ? drawnFrom(member.credits, -balanceDeltaMinor) : null;
    this.booked.set(uid, (this.booked.get(uid) ?? 0) + (drawn ? -drawn.restMinor : balanceDeltaMinor));
    if (!member) return;
    const { dailyLimit } = member;
    const isServed = type === 'Purchase' || type === 'Chargeback';
    const spent = dailyLimit && isServed ? { spentMinor: dailyLimit.spentMinor - balanceDeltaMinor } : {};
    const limit = dailyLimit && { ...dailyLimit, ...spent };
    this.members.set(uid, { ...member, credits: drawn?.credits ?? member.credits, dailyLimit: limit });
  }
}

/** The first credits first; whatever is not covered is cash. */
function drawnFrom(credits: MemberCredit[], amountMinor: number) {
  let restMinor = amountMinor;
  const left = credits.map((credit) => {
    const takenMinor = Math.min(restMinor, credit.availableMinor);
    restMinor -= takenMinor;
    return { ...credit, availableMinor: credit.availableMinor - takenMinor };
  });
  return { credits: left, restMinor };
}

function sumOf(credits: readonly MemberCredit[]): number {
  return credits.reduce((sum, { availableMinor }) => sum + availableMinor, 0);
}
