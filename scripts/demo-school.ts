import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { memberCreatedSchema } from '../contract/wire/admin-members.ts';
import type { Allergen } from '../contract/wire/allergens.ts';
import { editionsAnswerSchema } from '../contract/wire/operator.ts';
import { type DrawerTag, TagDrawer } from '../terminal-core/readers/simulated/tag-drawer.ts';
import { toHex } from '../terminal-core/tag/bytes.ts';

/** Somebody who eats in the demo canteen. */
interface Eater {
  readonly name: string;
  readonly className: string | null;
  readonly allergens: readonly Allergen[];
  readonly dailyLimitMinor: number | null;
  /** Entitled to free school meals: so much on every school day, and today. */
  readonly freeMealMinor: number | null;
  readonly cashMinor: number;
}

/** As the drawer shows them: pupils by name, then staff. */
const people: readonly Eater[] = [
  {
    name: 'Ella Novak',
    className: '5C',
    allergens: ['nuts', 'celery'],
    dailyLimitMinor: 4_00,
    freeMealMinor: 2_50,
    cashMinor: 8_00,
  },
  { name: 'Mia Patel', className: '4B', allergens: [], dailyLimitMinor: null, freeMealMinor: 2_50, cashMinor: 0 },
  {
    name: 'Noah Evans',
    className: '6A',
    allergens: ['milk'],
    dailyLimitMinor: null,
    freeMealMinor: null,
    cashMinor: 15_00,
  },
  { name: 'Mr Okafor', className: null, allergens: [], dailyLimitMinor: null, freeMealMinor: null, cashMinor: 25_00 },
];

/**
 * Makes pupils of the demo canteen, each with a wristband in the drawer of this till's simulated reader. By the operator's own
 * calls, as a school's office would; the till has to be closed.
 */
export async function openDemoSchool(backendAddress: string, tillFolder: string): Promise<void> {
  const operator = await Operator.logIn(backendAddress);
  const editionId = await operator.demoCanteen();
  const drawer = new TagDrawer(tillFolder, (length) => randomBytes(length));
  const tags: DrawerTag[] = [];
  for (const person of people) {
    const tag = drawer.create(labelOf(person));
    tags.push(tag);
    await enter(operator, editionId, person, toHex(tag.chip.uid));
  }
  // The nameless ones stay: a tag that nobody knows is something to try as well.
  drawer.bringForward(tags);
}

const labelOf = ({ name, className }: Eater): string => (className === null ? name : `${name}, ${className}`);

/** @param uid upper-case hex */
async function enter(operator: Operator, editionId: number, person: Eater, uid: string): Promise<void> {
  const { name, className, allergens, dailyLimitMinor, freeMealMinor, cashMinor } = person;
  const memberType = className === null ? 'staff' : 'pupil';
  const facts = { displayName: name, className, allergens, dailyLimitMinor };
  const { memberId } = memberCreatedSchema.parse(await operator.post('/members', { editionId, memberType, ...facts }));
  await operator.post(`/members/${memberId}/tags`, { editionId, uid });
  if (freeMealMinor !== null)
    await operator.post(`/members/${memberId}/credit-purses`, {
      ...{ editionId, title: 'Free School Meals', amountMinor: freeMealMinor, firstCreditMinor: freeMealMinor },
      ...{ creditApply: '0 1 * * 1-5', expiryDurationDays: 1 },
    });
  if (cashMinor > 0) await operator.post('/admin-top-ups', { editionId, uid, amountMinor: cashMinor, reason: 'Demo' });
}

/** The demo's operator, over HTTP. */
class Operator {
  readonly #address: string;
  readonly #cookie: string;

  private constructor(address: string, cookie: string) {
    this.#address = address;
    this.#cookie = cookie;
  }

  static async logIn(address: string): Promise<Operator> {
    const response = await fetch(`${address}/v1/admin/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ password: 'demo' }),
    });
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
    if (!response.ok || cookie === undefined) throw new Error(`the operator's login answered ${response.status}`);
    return new Operator(address, cookie);
  }

  async demoCanteen(): Promise<number> {
    const { editions } = editionsAnswerSchema.parse(await this.#ask('/editions', { method: 'GET' }));
    const canteen = editions.find(({ name }) => name === 'Demo Canteen');
    if (!canteen) throw new Error('this backend has no demo canteen');
    return canteen.editionId;
  }

  post(path: string, body: Readonly<Record<string, unknown>>): Promise<unknown> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() };
    return this.#ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async #ask(path: string, init: RequestInit): Promise<unknown> {
    const headers = new Headers(init.headers);
    headers.set('cookie', this.#cookie);
    const response = await fetch(`${this.#address}/v1/admin${path}`, { ...init, headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return text === '' ? null : z.json().parse(JSON.parse(text));
  }
}
