import { creditPurseCreatedSchema, memberCreatedSchema } from '../../contract/wire/admin-members.ts';
import type { Counter, Operation } from './counter.ts';

/** A top-up in cash. */
export function topUp(amountMinor: number): Operation {
  return (till, patience) => till.call('topUp', { amountMinor, method: 'cash', ...patience });
}

/** Number of the transaction that was just made. */
export async function numberOf(made: ReturnType<Counter['tapped']>): Promise<number> {
  const { step } = await made;
  if (step.transaction === undefined) throw new Error(`no transaction: ${JSON.stringify(step)}`);
  return step.transaction.terminalTransactionNumber;
}

/** A customer of the canteen with 20.00 in the backend, which the till knows of. */
export async function chargeAccount(counter: Counter): Promise<void> {
  await counter.tapped(topUp(2_000));
  await sendAll(counter);
}

/** Until the backend has everything. */
export async function sendAll({ till }: Counter): Promise<void> {
  await till.ask('replicate', { untilEmpty: true, timeoutMs: 20_000 });
}

/** The tag's owner is a pupil from now on, with meal credit for a month: a long run may go on over midnight. */
export async function enterPupil({ world, setting, uid }: Counter, creditMinor: number): Promise<void> {
  const editionId = world.editionId(setting.code);
  const made = await world.operator.post('/members', { editionId, memberType: 'pupil', displayName: `Pupil ${uid}` });
  const { memberId } = memberCreatedSchema.parse(made.body);
  const linked = await world.operator.post(`/members/${memberId}/tags`, { editionId, uid });
  if (linked.status !== 200) throw new Error(`the tag was answered ${linked.status}`);
  const credit = { title: 'Free School Meals', firstCreditMinor: creditMinor, expiryDurationDays: 30 };
  const purse = await world.operator.post(`/members/${memberId}/credit-purses`, { editionId, ...credit });
  creditPurseCreatedSchema.parse(purse.body);
}
