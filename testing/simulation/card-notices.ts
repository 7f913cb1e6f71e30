import { readNoticeSecret, signNotice } from '../../backend-mock/payments/notice-secret.ts';
import type { PaymentNotice } from '../../contract/wire/outside-top-up.ts';
import { noticeSignatureHeader } from '../../contract/wire/outside-top-up.ts';
import type { SimulatedBackend } from './backend.ts';
import type { Taken } from './card-provider.ts';
import type { Chance } from './chance.ts';
import type { SimulatedTime } from './simulated-time.ts';
import type { Tally } from './tally.ts';

/** After how long a provider tells again what nobody has taken, and how often. */
const againMs = 30_000;
const tellingsMax = 4;

/**
 * What the card provider tells by itself (WH): of every word about a charge a signed notice, or two with one id, or none at all,
 * at once or much later; of a terminal's payment it moves the status and nothing else (requirements.md 3.3).
 */
export class CardNotices {
  readonly #backend: SimulatedBackend;
  readonly #time: SimulatedTime;
  readonly #chance: Chance;
  readonly #tally: Tally;
  readonly #afterEach: () => Promise<void>;
  #count = 0;

  /** @param afterEach called when one has been taken, or may have been */
  constructor(
    backend: SimulatedBackend,
    time: SimulatedTime,
    chance: Chance,
    tally: Tally,
    afterEach: () => Promise<void>,
  ) {
    this.#backend = backend;
    this.#time = time;
    this.#chance = chance;
    this.#tally = tally;
    this.#afterEach = afterEach;
  }

  announce(key: string, { status, amountMinor, currency }: Taken, reference: string): void {
    this.#count += 1;
    const noticeId = `notice-${this.#count}`;
    const notice = { noticeId, paymentKey: key, status, reference, amountMinor, currency };
    const chance = this.#chance.stream(noticeId);
    const tellings = chance.pick([0, 1, 1, 2]);
    if (tellings === 0) this.#tally.fault('notice lost');
    if (tellings === 2) this.#tally.fault('notice doubled');
    for (let telling = 0; telling < tellings; telling += 1)
      this.#time.after(chance.pick([5, 300, 4_000, 90_000]), () => this.#tell(notice, 1));
  }

  async #tell(notice: Omit<PaymentNotice, 'sentAt'>, attempt: number): Promise<void> {
    const body = JSON.stringify({ ...notice, sentAt: new Date(this.#time.nowMs()).toISOString() });
    const secret = await this.#backend.read(readNoticeSecret);
    const headers = {
      'content-type': 'application/json',
      [noticeSignatureHeader]: signNotice(secret, Buffer.from(body)),
    };
    const answer = await this.#backend.answer({ method: 'POST', path: '/v1/payments/webhook', headers, body });
    // A backend that dies over its answer may have booked it all the same.
    if (answer === null || answer.status === 204) await this.#afterEach();
    if (answer !== null || attempt >= tellingsMax) return;
    this.#time.after(againMs, () => this.#tell(notice, attempt + 1));
  }
}
