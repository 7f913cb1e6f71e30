import { batchRequestSchema } from '../../contract/wire/batch.ts';
import type { Seal } from '../../contract/wire/journal.ts';
import { reservationRequestSchema } from '../../contract/wire/reservation.ts';
import type { TagLookupAnswer } from '../../contract/wire/tag-lookup.ts';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import { accountOf, askedUid, problem } from './canteen.ts';
import { type ReceivedRequest, type Reply, ScriptedBackend } from './scripted-backend.ts';

/** The accounts of a canteen as a backend keeps them: booked by what tills send, held by what they reserve. */
export class CanteenBackend {
  readonly booked = new Map<string, number>();
  /** By terminal transaction number. */
  readonly holds = new Map<number, { readonly uid: string; readonly amountMinor: number }>();
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
    const heldMinor = [...this.holds.values()].reduce(
      (sum, hold) => sum + (hold.uid === uid ? hold.amountMinor : 0),
      0,
    );
    return accountOf(uid, balanceMinor, {
      known: this.booked.has(uid),
      availableMinor: balanceMinor - heldMinor,
      blocked: this.blocked.has(uid),
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
    const { tag, amountMinor } = reservationRequestSchema.parse(JSON.parse(body));
    if (this.account(tag.uid).availableMinor < amountMinor) return problem(409, 'INSUFFICIENT_FUNDS');
    this.holds.set(number, { uid: tag.uid, amountMinor });
    const expiresAt = '2026-07-04T20:30:00.000Z';
    return { status: 200, json: { backendTransactionId: number, state: 'ReservePending', expiresAt } };
  }

  #book(body: string): Reply {
    const { entries } = batchRequestSchema.parse(JSON.parse(body));
    for (const { kind, payload } of entries) {
      if (kind !== 'transaction') continue;
      const { terminalTransactionNumber, state, tag, balanceDeltaMinor } = transactionPayloadSchema.parse(payload);
      this.holds.delete(terminalTransactionNumber);
      if (state === 'Committed') this.booked.set(tag.uid, (this.booked.get(tag.uid) ?? 0) + balanceDeltaMinor);
    }
    const last = entries.at(-1);
    if (last) this.#seal = { seq: last.seq, hash: last.hash };
    const results = entries.map(({ seq }) => ({ seq, outcome: 'accepted' }));
    return { status: 200, json: { results, seal: this.#seal } };
  }
}
