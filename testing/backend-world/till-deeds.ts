import { paymentAnswerSchema } from '../../contract/wire/payment.ts';
import { reservationAnswerSchema } from '../../contract/wire/reservation.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import { tagReplacementAnswerSchema } from '../../contract/wire/tag-replacement.ts';
import { cardTopUp, cardWish } from '../backend/card-payments.ts';
import {
  chargeback,
  type Plan,
  purchase,
  refund,
  refundReversal,
  type SentTransaction,
  tagAdjustment,
  topUp,
} from '../backend/payloads.ts';
import { FleetFault } from './fleet.ts';
import { WorldTag } from './world.ts';
import { type OpenCard, WorldTill } from './world-till.ts';

/** How a transaction ends at its till. What was written is on the tag, whatever anybody says later. */
export type Ending = 'clear' | 'aborted' | 'unknownWritten' | 'unknownNotWritten';
const endings = { clear: 8, aborted: 1, unknownWritten: 1.5, unknownNotWritten: 0.8 } as const;

function planOn(till: WorldTill, { uid, shown }: WorldTag): Plan {
  till.number += 1;
  const { balanceMinor: before, transactionNumber } = shown;
  return { number: till.number, uid, before, tagNumber: transactionNumber + 1, currency: till.currency };
}

/** Of the tag's own generation; in account mode a tag has no numbers. */
function fitted(till: WorldTill, { shown }: WorldTag, sent: SentTransaction): SentTransaction {
  const number = till.code === 'DEMO-CANTEEN' ? { transactionNumber: null } : {};
  const items = till.code === 'DEMO-CANTEEN' ? sent.items.map(inCanteen) : sent.items;
  return { ...sent, items, tag: { ...sent.tag, generation: shown.generation, ...number } };
}

const inCanteen = (item: SentTransaction['items'][number]) => ({
  ...item,
  debit: item.debit === 'merchant:bar' ? 'merchant:canteen' : item.debit,
  credit: item.credit === 'merchant:bar' ? 'merchant:canteen' : item.credit,
});

function end(till: WorldTill, tag: WorldTag, sent: SentTransaction, ending: Ending): void {
  if (ending === 'clear' || ending === 'unknownWritten') {
    tag.write(till.assignmentId, sent);
    if (sent.setBlocked != null) tag.shown = { ...tag.shown, blocked: sent.setBlocked };
  }
  if (ending === 'clear') till.say(sent, 'Committed');
  if (ending === 'aborted') till.say(sent, 'Aborted');
  if (ending === 'unknownWritten' || ending === 'unknownNotWritten') {
    till.say(sent, 'TerminalConfirmUnknown');
    till.later.push({ ...sent, state: ending === 'unknownWritten' ? 'Committed' : 'Aborted' });
  }
  if (ending === 'clear' && sent.type === 'Purchase') till.sold.push(sent);
  if (ending === 'clear' && sent.type === 'Refund' && sent.balanceDeltaMinor < 0) till.refunded.push(sent);
}

/** Holds what a transaction is about to take, through several processes at once, and says whether it may go on. */
async function reserve(till: WorldTill, sent: SentTransaction): Promise<boolean> {
  const { type, amountMinor, balanceDeltaMinor, tag, terminalTransactionNumber: number } = sent;
  const body = { type, amountMinor, balanceDeltaMinor, tag };
  const times = till.dice.chance(0.3) ? 3 : 1;
  const replies = await Promise.all(
    Array.from({ length: times }, () => till.ask(`/transactions/${number}/reservation`, 'PUT', body)),
  );
  const answers = replies.map((reply) => WorldTill.read(reservationAnswerSchema, reply));
  const ids = new Set(answers.flatMap((answer) => (typeof answer === 'string' ? [] : [answer.backendTransactionId])));
  if (ids.size > 1) throw new FleetFault(`${till.name}: number ${number} was reserved as ${[...ids].join(' and ')}`);
  const [first] = answers;
  const granted = answers.some((answer) => typeof answer !== 'string');
  till.note('reserve', granted ? 'held' : String(first), `${number} ${tag.uid} ${balanceDeltaMinor}`);
  return granted;
}

async function transact(till: WorldTill, tag: WorldTag, sent: SentTransaction, reserved: boolean): Promise<void> {
  const fit = fitted(till, tag, sent);
  const granted = !reserved || (await reserve(till, fit));
  const ending = granted ? till.dice.weighted(endings) : 'aborted';
  end(till, tag, fit, ending);
  till.note(fit.type, ending, `${fit.terminalTransactionNumber} ${tag.uid} ${fit.balanceDeltaMinor}`);
}

/** What a till does with a tag at hand. */
export const tagDeeds = {
  async topUp(till: WorldTill, tag: WorldTag): Promise<void> {
    const isFestival = till.code === 'DEMO-FEST';
    const amountMinor = isFestival ? 10_00 + till.dice.below(20) * 1_00 : 2_00 + till.dice.below(5) * 1_00;
    const cashReturned = till.dice.chance(0.5) ? true : null;
    await transact(till, tag, topUp(planOn(till, tag), amountMinor, isFestival ? 5_00 : 0, { cashReturned }), false);
  },
  async purchase(till: WorldTill, tag: WorldTag): Promise<void> {
    const priceMinor = 50 + till.dice.below(12) * 50;
    if (tag.shown.balanceMinor < priceMinor && till.code === 'DEMO-FEST') return tagDeeds.topUp(till, tag);
    await transact(
      till,
      tag,
      purchase(planOn(till, tag), priceMinor),
      till.dice.chance(till.code === 'DEMO-FEST' ? 0.6 : 0.85),
    );
  },
  async refund(till: WorldTill, tag: WorldTag): Promise<void> {
    if (tag.shown.balanceMinor < 3_50 && till.code === 'DEMO-FEST') return tagDeeds.topUp(till, tag);
    await transact(till, tag, refund(planOn(till, tag), 3_00, till.dice.chance(0.5) ? 50 : 0), till.dice.chance(0.6));
  },
  async chargeback(till: WorldTill, tag: WorldTag): Promise<void> {
    const sale = till.sold.find((sold) => sold.tag.uid === tag.uid);
    if (sale === undefined) return tagDeeds.purchase(till, tag);
    till.sold.splice(till.sold.indexOf(sale), 1);
    const reference = { assignmentId: till.assignmentId, terminalTransactionNumber: sale.terminalTransactionNumber };
    await transact(till, tag, chargeback(planOn(till, tag), sale.amountMinor, reference), false);
  },
  async reversal(till: WorldTill, tag: WorldTag): Promise<void> {
    const paid = till.refunded.find((refunded) => refunded.tag.uid === tag.uid);
    if (paid === undefined) return tagDeeds.refund(till, tag);
    till.refunded.splice(till.refunded.indexOf(paid), 1);
    const reference = { assignmentId: till.assignmentId, terminalTransactionNumber: paid.terminalTransactionNumber };
    await transact(till, tag, refundReversal(planOn(till, tag), paid.amountMinor, reference), false);
  },
  async show(till: WorldTill, tag: WorldTag): Promise<void> {
    till.journal.append('tagSnapshot', { ...tag.shown, readAt: till.world.instant() });
    till.note('show', 'read', `${tag.uid} ${tag.shown.balanceMinor} at ${tag.shown.transactionNumber}`);
  },
  async openLoop(till: WorldTill, tag: WorldTag): Promise<void> {
    await startCard(till, `group-${till.name}-${till.number + 1}`);
    await finishCard(till, tag);
  },
  async startCard(till: WorldTill, _tag: WorldTag): Promise<void> {
    await startCard(till, undefined);
  },
  async finishCard(till: WorldTill, tag: WorldTag): Promise<void> {
    await finishCard(till, tag);
  },
  async adjust(till: WorldTill, tag: WorldTag): Promise<void> {
    await collectNext(till, tag, till.dice.weighted(endings));
  },
  async repair(till: WorldTill, tag: WorldTag): Promise<void> {
    await repair(till, tag);
  },
  async replace(till: WorldTill, tag: WorldTag): Promise<void> {
    const { world } = till;
    const newUid = world.newUid();
    const answer = WorldTill.read(
      tagReplacementAnswerSchema,
      await till.ask(`/tags/${tag.uid}/replacement`, 'PUT', { newUid }),
    );
    till.note('replace', typeof answer === 'string' ? answer : 'replaced', `${tag.uid} by ${newUid}`);
    if (typeof answer === 'string') return;
    const { generation, balanceMinor, adjustmentNumber } = answer;
    const fresh = new WorldTag(newUid, { generation, balanceMinor, adjustmentNumber });
    world.festivalTags.splice(world.festivalTags.indexOf(tag), 1, fresh);
    till.journal.append('tagEvent', { event: 'replace', uid: newUid, generation });
    await tagDeeds.show(till, fresh);
  },
} as const;

/** A damaged tag made anew, with what the backend says is free and no adjustment that is still on its way. */
export async function repair(till: WorldTill, tag: WorldTag): Promise<void> {
  const answer = WorldTill.read(tagLookupAnswerSchema, await till.ask(`/tags/${tag.uid}`));
  if (typeof answer === 'string') return till.note('repair', answer, tag.uid);
  const pending = answer.pendingAdjustments.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const generation = Math.max(answer.generation, tag.shown.generation) + 1;
  if (generation > 255) return;
  const balanceMinor = Math.max(0, answer.availableMinor - pending);
  const adjustmentNumber = answer.collectedAdjustmentNumber ?? 0;
  const written = { generation, balanceMinor, adjustmentNumber, transactionNumber: 0, history: [] };
  tag.shown = { ...tag.shown, ...written };
  till.journal.append('tagEvent', { event: 'repair', uid: tag.uid, generation });
  await tagDeeds.show(till, tag);
  till.note('repair', 'written', `${tag.uid} ${balanceMinor} generation ${generation}`);
}

/** Brings the next change of the backend onto the tag (Q20); says whether there was one that fits. */
export async function collectNext(till: WorldTill, tag: WorldTag, ending: Ending): Promise<'none' | 'done' | 'stuck'> {
  const answer = WorldTill.read(tagLookupAnswerSchema, await till.ask(`/tags/${tag.uid}`));
  if (typeof answer === 'string') return 'none';
  const { balanceMinor, adjustmentNumber: last } = tag.shown;
  const open = answer.pendingAdjustments.filter(({ adjustmentNumber }) => (adjustmentNumber ?? last + 1) > last);
  const next = open.find(({ adjustmentNumber, amountMinor }) => {
    return adjustmentNumber === null || (adjustmentNumber === last + 1 && balanceMinor + amountMinor >= 0);
  });
  if (next === undefined) return open.length === 0 ? 'none' : 'stuck';
  const { amountMinor, adjustmentNumber, setBlocked = null } = next;
  const sent = tagAdjustment(planOn(till, tag), amountMinor, adjustmentNumber, { setBlocked });
  end(till, tag, fitted(till, tag, sent), ending);
  till.note('collect', ending, `${sent.terminalTransactionNumber} ${tag.uid} ${adjustmentNumber} ${amountMinor}`);
  return 'done';
}

const feeMinor = 5_00;

async function startCard(till: WorldTill, groupId: string | undefined): Promise<void> {
  till.number += 1;
  const { number } = till;
  // Declined, silent, late, approved twice, approved: the provider decides by the last two digits.
  const amountMinor = 10_00 + till.dice.below(10) * 1_00 + till.dice.pick([0, 1, 2, 3, 4, 5, 10]);
  till.cards.push({ number, amountMinor, groupId });
  const times = till.dice.chance(0.4) ? 3 : 1;
  const ask = () => till.ask(`/transactions/${number}/payment`, 'PUT', cardWish(amountMinor, feeMinor));
  const replies = await Promise.all(Array.from({ length: times }, ask));
  const answers = replies.map((reply) => WorldTill.read(paymentAnswerSchema, reply));
  const ids = new Set(answers.flatMap((answer) => (typeof answer === 'string' ? [] : [answer.backendTransactionId])));
  if (ids.size > 1) throw new FleetFault(`${till.name}: the payment of ${number} is ${[...ids].join(' and ')}`);
  const [first] = answers;
  till.note('card', typeof first === 'string' ? first : (first?.status ?? 'lost'), `${number} ${amountMinor}`);
}

/** Ends one open card top-up as its payment stands; an impatient till takes it back. */
async function finishCard(till: WorldTill, tag: WorldTag): Promise<void> {
  const card = till.dice.oneOf(till.cards);
  if (card === undefined) return;
  const path = `/transactions/${card.number}/payment`;
  const answer = WorldTill.read(paymentAnswerSchema, await till.ask(path));
  const status = typeof answer === 'string' ? answer : answer.status;
  if (status === 'approved') return endCard(till, tag, card, till.dice.weighted(endings));
  if (status === 'declined' || status === 'voided') return endCard(till, tag, card, 'aborted');
  if (till.dice.chance(0.3)) await till.ask(path, 'DELETE');
  else if (till.dice.chance(0.2)) return endCard(till, tag, card, 'aborted');
}

export function endCard(till: WorldTill, tag: WorldTag, card: OpenCard, ending: Ending): void {
  till.cards = till.cards.filter((other) => other !== card);
  const { uid, shown } = tag;
  const plan = { number: card.number, uid, before: shown.balanceMinor, tagNumber: shown.transactionNumber + 1 };
  const group = card.groupId === undefined ? {} : { groupId: card.groupId };
  end(till, tag, fitted(till, tag, cardTopUp(plan, card.amountMinor, feeMinor, group)), ending);
  till.note('card ended', ending, `${card.number} ${uid} ${card.amountMinor}`);
  if (card.groupId === undefined || ending !== 'clear') return;
  // The other half of an open loop purchase (R13).
  end(till, tag, fitted(till, tag, purchase(planOn(till, tag), 5_00, group)), till.dice.weighted(endings));
}
