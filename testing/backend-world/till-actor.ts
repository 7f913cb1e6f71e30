import { outcomesAnswerSchema } from '../../contract/wire/outcomes.ts';
import { FleetFault } from './fleet.ts';
import { sayAgain, saySomethingElse, sayWrongly, sendWrongly } from './illegal-deeds.ts';
import { tagDeeds } from './till-deeds.ts';
import { WorldTag } from './world.ts';
import { WorldTill } from './world-till.ts';

const festival = {
  purchase: 12,
  topUp: 6,
  refund: 3,
  chargeback: 3,
  reversal: 2,
  show: 5,
  openLoop: 2,
  startCard: 4,
  finishCard: 6,
  adjust: 5,
  repair: 0.5,
  replace: 0.7,
} as const;
/** More is bought than paid in: what is free has to be the limit, again and again. */
const canteen = { purchase: 16, topUp: 3, refund: 3, chargeback: 1 } as const;
const beside = { tag: 20, send: 12, resolve: 4, wrong: 3, again: 2, else: 1, badBatch: 2, ask: 2 } as const;

/** One thing that happens at a till. */
export async function actAtTill(till: WorldTill): Promise<void> {
  const { dice } = till;
  switch (dice.weighted(beside)) {
    case 'tag':
      return handleTag(till);
    case 'send':
      return sendSome(till);
    case 'resolve': {
      const ended = till.later.splice(dice.below(till.later.length), 1);
      for (const sent of ended) till.note('resolve', String(till.say(sent).state), `${sent.terminalTransactionNumber}`);
      return;
    }
    case 'wrong':
      return sayWrongly(till);
    case 'again':
      return sayAgain(till);
    case 'else':
      return saySomethingElse(till);
    case 'badBatch':
      return sendWrongly(till);
    case 'ask':
      return lookAround(till);
  }
}

async function handleTag(till: WorldTill): Promise<void> {
  const { dice, world } = till;
  if (till.code === 'DEMO-FEST') {
    await world.withTag(dice, (tag) => tagDeeds[dice.weighted(festival)](till, tag));
    return;
  }
  const tag = dice.oneOf(world.canteenTags);
  // The tag only identifies: each till has its own idea of what was on it, and the backend's is what counts.
  if (tag !== undefined) await tagDeeds[dice.weighted(canteen)](till, new WorldTag(tag.uid));
}

/** A part of what is new; sometimes in several pieces that overlap, at once; sometimes what was sent before. */
async function sendSome(till: WorldTill): Promise<void> {
  const { dice, journal, acknowledged } = till;
  const last = journal.entries.length;
  const old = dice.oneOf(till.sentRanges);
  if (old !== undefined && dice.chance(0.2)) return expectTaken(till, [old]);
  if (last === acknowledged) return;
  const first = Math.max(1, acknowledged + 1 - (dice.chance(0.3) ? dice.below(10) : 0));
  const until = acknowledged + 1 + dice.below(last - acknowledged);
  const ranges: [number, number][] = [[first, until]];
  // All begin where nothing is missing, so that none is ahead of another.
  while (dice.chance(0.35)) ranges.push([first, acknowledged + 1 + dice.below(last - acknowledged)]);
  await expectTaken(till, ranges);
}

async function expectTaken(till: WorldTill, ranges: readonly (readonly [number, number])[]): Promise<void> {
  const answers = await Promise.all(ranges.map(([first, last]) => till.send(first, last)));
  const text = ranges.map(([first, last]) => `${first}-${last}`).join(' ');
  for (const answer of new Set(answers)) till.note('send', answer, text);
  if (!till.isLost && answers.some((answer) => answer !== 'taken'))
    throw new FleetFault(`${till.name}: ${text} was answered with ${answers.join(' ')}`);
}

async function lookAround(till: WorldTill): Promise<void> {
  const { dice } = till;
  const unknown = till.later.slice(0, 40).map((sent) => sent.terminalTransactionNumber);
  const path = dice.pick(['/seal', '/config', `/outcomes?transactions=${unknown.join(',')}`]);
  const reply = await till.ask(path);
  if (path.startsWith('/outcomes') && reply.status === 200) WorldTill.read(outcomesAnswerSchema, reply);
  till.note('ask', reply.status, path);
}
