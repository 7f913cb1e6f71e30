import { batchRequestSchema } from '../../contract/wire/batch.ts';
import type { Seal } from '../../contract/wire/journal.ts';
import { type PaymentRequest, type PaymentStatus, paymentRequestSchema } from '../../contract/wire/payment.ts';
import { problem } from './canteen.ts';
import { type ReceivedRequest, type Reply, ScriptedBackend } from './scripted-backend.ts';

interface ChargedCard {
  readonly request: PaymentRequest;
  status: PaymentStatus;
}

/**
 * A backend with a payment provider behind it. What the provider makes of a payment a test says beforehand; how often a card
 * was really charged it counts itself. A payment that was taken back before it arrived is refused, as the contract says.
 */
export class PaymentBackend {
  readonly server: ScriptedBackend;
  /** By terminal transaction number. */
  readonly cards = new Map<number, ChargedCard>();
  /** What a new payment comes to, and then every question about it, one by one; the last one stays. */
  script: PaymentStatus[] = ['approved'];
  /** What asking for the money back comes to; null: it is given back. */
  voidStatus: PaymentStatus | null = null;
  /** Says something else, where it is not null. */
  interrupt: (request: ReceivedRequest) => Reply | null | Promise<Reply | null> = () => null;
  readonly #refused = new Set<number>();
  #seal: Seal | null = null;

  private constructor(server: ScriptedBackend) {
    this.server = server;
  }

  static async start(): Promise<PaymentBackend> {
    const backend = new PaymentBackend(await ScriptedBackend.start(() => ({ status: 503 })));
    backend.server.answer = async (request) => (await backend.interrupt(request)) ?? backend.answer(request);
    return backend;
  }

  /** @param emptySeal of a journal without an entry */
  begin(emptySeal: Seal): void {
    this.#seal ??= emptySeal;
  }

  /** What all cards have paid and not been given back. */
  get paidMinor(): number {
    return [...this.cards.values()].reduce(
      (sum, { status, request }) => sum + (status === 'approved' ? request.amountMinor : 0),
      0,
    );
  }

  /** The requests about payments, as `PUT 2`. */
  get asked(): readonly string[] {
    return this.server.requests.flatMap(({ method, resource }) => {
      const number = numberOf(resource);
      return number === null ? [] : [`${method} ${number}`];
    });
  }

  answer(request: ReceivedRequest): Reply {
    const { method, resource, body } = request;
    const number = numberOf(resource);
    if (number !== null) {
      if (method === 'PUT') return this.#start(number, paymentRequestSchema.parse(JSON.parse(body)));
      return method === 'DELETE' ? this.#void(number) : this.#ask(number);
    }
    if (resource === 'seal') return { status: 200, json: this.#seal };
    if (resource.startsWith('outcomes')) return { status: 200, json: { transactions: [], rejections: [] } };
    if (resource.endsWith('reservation')) return { status: 503 };
    return resource.startsWith('batches/') ? this.#take(body) : { status: 304 };
  }

  #start(number: number, request: PaymentRequest): Reply {
    if (this.#refused.has(number)) return problem(422, 'PAYMENT_CONFLICT');
    const known = this.cards.get(number);
    if (known) {
      if (JSON.stringify(known.request) !== JSON.stringify(request)) return problem(422, 'PAYMENT_CONFLICT');
      return this.#ask(number);
    }
    this.cards.set(number, { request, status: 'pending' });
    return this.#ask(number);
  }

  #ask(number: number): Reply {
    const card = this.cards.get(number);
    if (!card) return problem(404, 'NOT_FOUND');
    const [next = card.status, ...rest] = this.script;
    if (rest.length > 0) this.script = rest;
    if (card.status === 'pending' || card.status === 'unknown') card.status = next;
    return this.#standing(number, card.status);
  }

  #void(number: number): Reply {
    const card = this.cards.get(number);
    if (!card) {
      this.#refused.add(number);
      return problem(404, 'NOT_FOUND');
    }
    if (card.status !== 'declined') card.status = this.voidStatus ?? 'voided';
    return this.#standing(number, card.status);
  }

  #standing(number: number, status: PaymentStatus): Reply {
    const reference = status === 'pending' || status === 'unknown' ? null : `payment-${number}`;
    return { status: 200, json: { status, backendTransactionId: 1_000 + number, reference, askAgainMs: 2_000 } };
  }

  #take(body: string): Reply {
    const { entries } = batchRequestSchema.parse(JSON.parse(body));
    const last = entries.at(-1);
    if (last) this.#seal = { seq: last.seq, hash: last.hash };
    const results = entries.map(({ seq }) => ({ seq, outcome: 'accepted' }));
    return { status: 200, json: { results, seal: this.#seal } };
  }
}

function numberOf(resource: string): number | null {
  const number = /^transactions\/(\d+)\/payment$/.exec(resource)?.[1];
  return number === undefined ? null : Number(number);
}
