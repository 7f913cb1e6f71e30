import { type PaymentAnswer, paymentAnswerSchema } from '../../contract/wire/payment.ts';
import { type ProblemCode, problemSchema } from '../../contract/wire/problem.ts';
import { type Plan, type SentTransaction, topUp } from './payloads.ts';
import type { TillClient } from './till-client.ts';

/** What a payment route answered: the payment, or the code of a problem. */
export type PaymentReply = { status: number; payment: PaymentAnswer | undefined; code: ProblemCode | undefined };

export type PaymentWish = { amountMinor: number; feeMinor: number; currency: string };
export const cardWish = (amountMinor: number, feeMinor = 5_00): PaymentWish => ({
  amountMinor,
  feeMinor,
  currency: 'CHF',
});

async function replyOf(response: Response): Promise<PaymentReply> {
  const json: unknown = await response.json();
  const { status } = response;
  return status === 200
    ? { status, payment: paymentAnswerSchema.parse(json), code: undefined }
    : { status, payment: undefined, code: problemSchema.parse(json).code };
}

/** `PUT`: starts the card payment of a number. */
export async function putPayment(till: TillClient, number: number, wish: unknown): Promise<PaymentReply> {
  const headers = { 'Content-Type': 'application/json' };
  const init = { method: 'PUT', headers, body: JSON.stringify(wish) };
  return replyOf(await till.request(`/transactions/${number}/payment`, init));
}

export async function getPayment(till: TillClient, number: number): Promise<PaymentReply> {
  return replyOf(await till.request(`/transactions/${number}/payment`));
}

export async function deletePayment(till: TillClient, number: number): Promise<PaymentReply> {
  return replyOf(await till.request(`/transactions/${number}/payment`, { method: 'DELETE' }));
}

/** A committed card top-up, as a till sends it after its payment was approved. */
export function cardTopUp(
  plan: Plan,
  amountMinor: number,
  feeMinor: number,
  changes: Partial<SentTransaction> = {},
): SentTransaction {
  const cash = topUp(plan, amountMinor, feeMinor);
  const items = cash.items.map((item) => (item.credit === 'top-up:cash' ? { ...item, credit: 'top-up:card' } : item));
  return { ...cash, paymentMethod: 'card', items, ...changes };
}
