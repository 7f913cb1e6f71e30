import { type ProblemCode, problemSchema } from '../../contract/wire/problem.ts';
import type { Dice } from './dice.ts';
import { FleetFault, type Reply } from './fleet.ts';
import type { World } from './world.ts';

/** An operator who logs in again whenever the session is over, and who may send the same deed several times at once. */
export class WorldOperator {
  readonly name: string;
  readonly world: World;
  readonly dice: Dice;
  #cookie = '';
  /** Why something was refused, in the backend's words. */
  lastRefusal = '';

  constructor(world: World, name: string) {
    this.world = world;
    this.name = name;
    this.dice = world.dice(name);
  }

  note(deed: string, outcome: string | number, detail = ''): void {
    this.world.note(this.name, deed, outcome, detail);
  }

  async ask(path: string, method = 'GET', body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    for (;;) {
      const own = {
        ...headers,
        Cookie: this.#cookie,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      };
      const init = { method, headers: own, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const reply = await this.world.fleet.ask(this.dice, path, init);
      if (reply.status !== 401) return reply;
      await this.#logIn();
    }
  }

  async #logIn(): Promise<void> {
    const reply = await this.world.fleet.ask(this.dice, '/v1/admin/session', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ password: 'demo' }),
    });
    const cookie = reply.headers.get('set-cookie');
    if (reply.status !== 204 || cookie === null) throw new FleetFault(`login answered ${reply.status}`);
    this.#cookie = cookie.split(';', 1)[0] ?? '';
  }

  /** Does something; `done`, or the code of the refusal. */
  async post(path: string, body: unknown): Promise<ProblemCode | 'done'> {
    const reply = await this.ask(`/v1/admin${path}`, 'POST', body);
    if (reply.status >= 300) this.lastRefusal = reply.text;
    return codeOf(reply);
  }

  /**
   * Does something that makes money under a key of its own, sometimes several times at once and again later: every answer is the
   * same. Another request with the key is refused.
   */
  async once(deed: string, path: string, body: Record<string, unknown>): Promise<string | undefined> {
    const key = this.world.newKey();
    const send = (content = body) => this.ask(path, 'POST', content, { 'Idempotency-Key': key });
    const replies = await Promise.all(Array.from({ length: this.dice.chance(0.3) ? 3 : 1 }, () => send()));
    if (this.dice.chance(0.3)) replies.push(await send());
    const answers = new Set(replies.flatMap((reply) => (reply.status === 200 ? [reply.text] : [])));
    const [answer] = answers;
    if (answers.size > 1) throw new FleetFault(`${deed} with one key was answered with ${[...answers].join(' and ')}`);
    this.note(deed, codeOf(replies[0]), JSON.stringify(body));
    if (answer === undefined) return undefined;
    this.world.deedsByKey.set(key, answer);
    if (this.dice.chance(0.2)) {
      const other = codeOf(await send({ ...body, amountMinor: Number(body['amountMinor'] ?? 0) + 1 }));
      if (other !== 'IDEMPOTENCY_CONFLICT') throw new FleetFault(`${deed}: another request with the key was ${other}`);
    }
    return answer;
  }
}

function codeOf(reply: Reply | undefined): ProblemCode | 'done' {
  if (reply === undefined || reply.status < 300) return 'done';
  return problemSchema.parse(JSON.parse(reply.text)).code;
}
