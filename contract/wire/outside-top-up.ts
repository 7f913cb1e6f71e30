import { z } from 'zod';
import { instantSchema, shortTextSchema } from './identifiers.ts';
import { amountMinorSchema, currencySchema } from './money.ts';
import { paymentStatuses } from './payment.ts';
import { backendStateSchema } from './words.ts';

const numberSchema = z.int().min(1);

/** Body of `POST /v1/customers/{id}/online-top-ups`, sent with an `Idempotency-Key`: what the customer pays, the fee included. */
export const onlineTopUpRequestSchema = z
  .object({ editionId: numberSchema, amountMinor: amountMinorSchema.min(1) })
  .meta({ id: 'OnlineTopUpRequest' });

/** A top-up that no till makes, online or automatic, and how far it is. */
export const outsideTopUpSchema = z
  .object({
    backendTransactionId: numberSchema,
    state: backendStateSchema,
    paymentStatus: z.enum(paymentStatuses),
    amountMinor: amountMinorSchema,
    feeMinor: amountMinorSchema,
    currency: currencySchema,
    /** The provider's name for the payment; null while it has not spoken. */
    reference: z.string().nullable(),
  })
  .meta({ id: 'OutsideTopUp' });
export type OutsideTopUp = z.infer<typeof outsideTopUpSchema>;

/** Header of a notice: HMAC-SHA-256 over the raw body under the shared secret, in lower-case hex. */
export const noticeSignatureHeader = 'klink-signature';
/** How far the time of a notice may be from the backend's. */
export const noticeSkewMsMax = 5 * 60 * 1000;

/**
 * Body of `POST /v1/payments/webhook`: the provider tells what has become of a payment. A notice is taken once; told again, the
 * provider writes a new one. Several about one payment may come in any order.
 */
export const paymentNoticeSchema = z
  .object({
    noticeId: z.string().regex(/^[\x21-\x7e]{8,100}$/),
    sentAt: instantSchema,
    paymentKey: z.string().regex(/^[\x21-\x7e]{1,200}$/),
    /** `expired`: the customer's time to pay is over, and nothing was taken. */
    status: z.enum(['pending', 'approved', 'declined', 'voided', 'expired']),
    reference: shortTextSchema.nullable(),
    amountMinor: amountMinorSchema,
    currency: currencySchema,
  })
  .refine(({ status, reference }) => status !== 'approved' || reference !== null, {
    error: 'what was approved has a reference',
    path: ['reference'],
  })
  .meta({ id: 'PaymentNotice' });
export type PaymentNotice = z.infer<typeof paymentNoticeSchema>;

/**
 * Body of `PUT /v1/admin/customers/{id}/auto-top-up`: below `thresholdMinor` the stored card pays `amountMinor`, as long as the
 * day's payments stay within `limitPerDayMinor`. `cardToken`: absent keeps the card, null forgets it.
 */
export const autoTopUpRuleRequestSchema = z
  .object({
    editionId: numberSchema,
    thresholdMinor: amountMinorSchema,
    amountMinor: amountMinorSchema.min(1),
    limitPerDayMinor: amountMinorSchema,
    cardToken: shortTextSchema.nullable().optional(),
    active: z.boolean(),
  })
  .meta({ id: 'AutoTopUpRuleRequest' });
export type AutoTopUpRuleRequest = z.infer<typeof autoTopUpRuleRequestSchema>;

/** The rule as it stands; the card itself is never shown. */
export const autoTopUpRuleSchema = z
  .object({
    customerId: numberSchema,
    thresholdMinor: amountMinorSchema,
    amountMinor: amountMinorSchema,
    limitPerDayMinor: amountMinorSchema,
    hasCard: z.boolean(),
    active: z.boolean(),
    /** Not before then, after a card was declined or the day's limit was reached. */
    pausedUntil: instantSchema.nullable(),
  })
  .meta({ id: 'AutoTopUpRule' });
export type AutoTopUpRule = z.infer<typeof autoTopUpRuleSchema>;
