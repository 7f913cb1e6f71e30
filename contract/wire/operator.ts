import { z } from 'zod';
import { transactionRowSchema, transitionLogRowSchema } from './admin.ts';
import { anyJsonSchema } from './any-json.ts';
import { creditModeSchema } from './canteen.ts';
import { accountLimitsSchema, feeRuleSchema, merchantSchema, productSchema } from './configuration.ts';
import { editionLimitsSchema } from './enrolment.ts';
import { instantSchema, shortTextSchema, tagUidSchema } from './identifiers.ts';
import { sealSchema } from './journal.ts';
import { amountMinorSchema, currencySchema } from './money.ts';
import { paymentDetailSchema } from './payment.ts';
import { sessionListSchema } from './sessions.ts';
import { transactionItemSchema } from './transaction.ts';
import { editionModes } from './words.ts';

const numberSchema = z.int().min(1);

/** What makes an edition; its number and its keys are drawn by the backend. */
export const editionRequestSchema = z
  .object({
    name: shortTextSchema,
    mode: z.enum(editionModes),
    currency: currencySchema,
    /** IANA name. */
    timeZone: z.string().min(1).max(64),
    limits: editionLimitsSchema,
    fees: z.object({ topUp: feeRuleSchema, refund: feeRuleSchema }),
    topUpAmountsMinor: z.array(amountMinorSchema.min(1)).min(1).max(20),
    /** Account mode only (Q52). */
    accountLimits: accountLimitsSchema.optional(),
    /** Account mode: what all tills together may sell while they cannot ask; shared out, up to `offlinePerTillMinor` each. */
    offlineLimitMinor: z.int().min(0).optional(),
    /** Account mode: the parts of a canteen's day. */
    sessions: sessionListSchema.optional(),
    /** Account mode: who manages the credits (Q33); `TRAC`, this backend, where nothing is said. */
    creditMode: creditModeSchema.optional(),
    /** Account mode: whether the sessions of a purse narrow what its credits pay (Q34); where nothing is said they do. */
    sessionCredits: z.boolean().optional(),
  })
  .meta({ id: 'EditionRequest' });
/** What is absent stays; mode, currency and time zone are for ever. `null` takes a limit away. */
export const editionChangeSchema = editionRequestSchema
  .pick({ name: true, limits: true, fees: true, topUpAmountsMinor: true, creditMode: true, sessionCredits: true })
  .partial()
  .extend({
    accountLimits: accountLimitsSchema.nullish(),
    offlineLimitMinor: z.int().min(0).nullish(),
    sessions: sessionListSchema.nullish(),
  })
  .meta({ id: 'EditionChange' });
export const editionRowSchema = editionRequestSchema.extend({ editionId: numberSchema }).meta({ id: 'EditionRow' });
export const editionsAnswerSchema = z.object({ editions: z.array(editionRowSchema) }).meta({ id: 'EditionsAnswer' });
export const editionCreatedSchema = z.object({ editionId: numberSchema }).meta({ id: 'EditionCreated' });

/** `unallocated` is kept for what nobody knows who sold. */
export const merchantRequestSchema = merchantSchema.extend({ editionId: numberSchema }).meta({ id: 'MerchantRequest' });
export const merchantsAnswerSchema = z.object({ merchants: z.array(merchantSchema) }).meta({ id: 'MerchantsAnswer' });

/** A product and the page of the grid it stands on. */
export const catalogueProductSchema = productSchema.extend({ page: shortTextSchema }).meta({ id: 'CatalogueProduct' });
export const productRequestSchema = catalogueProductSchema
  .extend({ editionId: numberSchema })
  .meta({ id: 'ProductRequest' });
/** A merchant keeps its id for ever: its account has it. */
export const merchantChangeSchema = z
  .object({ editionId: numberSchema, name: shortTextSchema })
  .meta({ id: 'MerchantChange' });
/** What is absent stays. A product that is `onSale` no more leaves the tills with their next configuration. */
export const productChangeSchema = catalogueProductSchema
  .omit({ productId: true, merchantId: true })
  .partial()
  .extend({ editionId: numberSchema, onSale: z.boolean().optional() })
  .meta({ id: 'ProductChange' });
export const productsAnswerSchema = z
  .object({ products: z.array(catalogueProductSchema) })
  .meta({ id: 'ProductsAnswer' });

export const terminalRequestSchema = z.object({ name: shortTextSchema }).meta({ id: 'TerminalRequest' });
export const terminalRowSchema = z.object({ terminalId: z.string(), name: z.string() }).meta({ id: 'TerminalRow' });
export const terminalsAnswerSchema = z
  .object({ terminals: z.array(terminalRowSchema) })
  .meta({ id: 'TerminalsAnswer' });

/** An assignment and how far its journal was received. */
export const assignmentRowSchema = z
  .object({
    assignmentId: z.int(),
    editionId: z.int(),
    terminalId: z.string(),
    terminalName: z.string(),
    sealSeq: z.int(),
    createdAt: instantSchema,
    revokedAt: instantSchema.nullable(),
    /** Since then nothing is expected of it any more (Q19). */
    closedAt: instantSchema.nullable(),
    /** Its part of what the edition risks offline (Q52); 0 where the edition has no such limit. */
    offlineShareMinor: z.int(),
  })
  .meta({ id: 'AssignmentRow' });
export const assignmentsAnswerSchema = z
  .object({ assignments: z.array(assignmentRowSchema) })
  .meta({ id: 'AssignmentsAnswer' });

/**
 * Why an assignment may be closed (Q19): the seal that the till shows, which must be the backend's; or because its journal
 * was taken off it as a file.
 */
export const assignmentClosingSchema = z
  .discriminatedUnion('basis', [
    z.object({ basis: z.literal('sealed'), seal: sealSchema }),
    z.object({ basis: z.literal('exported'), note: z.string().trim().min(1).max(1_000) }),
  ])
  .meta({ id: 'AssignmentClosing' });
export type AssignmentClosing = z.infer<typeof assignmentClosingSchema>;

/** Newest first; `before` of the next page is the last `backendTransactionId` of this one. */
export const transactionsAnswerSchema = z
  .object({ transactions: z.array(transactionRowSchema) })
  .meta({ id: 'TransactionsAnswer' });

/** One transaction with what it booked, every state it had, and what the till sent. */
export const transactionDetailSchema = z
  .object({
    transaction: transactionRowSchema,
    origin: z.string(),
    postings: z.array(
      z.object({
        line: z.int(),
        kind: z.string(),
        debit: z.string(),
        credit: z.string(),
        amountMinor: z.int(),
        bookedAt: instantSchema,
      }),
    ),
    states: z.array(
      z.object({
        step: z.int(),
        from: z.string().nullable(),
        to: z.string(),
        cause: z.string(),
        stateVersion: z.int(),
        seq: z.int().nullable(),
        receivedAt: instantSchema,
      }),
    ),
    payload: anyJsonSchema,
    /** What was paid outside the closed loop for it. */
    payment: paymentDetailSchema.nullable(),
    /** The other half of an open loop purchase (R13). */
    group: z.array(transactionRowSchema),
  })
  .meta({ id: 'TransactionDetail' });

/** A rejected entry with its payload, and how it was resolved. */
export const transitionLogDetailSchema = transitionLogRowSchema
  .extend({
    seq: z.int().nullable(),
    uid: z.string().nullable(),
    payload: anyJsonSchema,
    resolution: z.enum(['booking', 'dismissal']).nullable(),
    resolutionNote: z.string().nullable(),
    resolvedBy: z.string().nullable(),
    resolvedAt: instantSchema.nullable(),
    resolvedByTransactionId: z.int().nullable(),
  })
  .meta({ id: 'TransitionLogDetail' });
export const transitionLogAnswerSchema = z
  .object({ rows: z.array(transitionLogDetailSchema) })
  .meta({ id: 'TransitionLogAnswer' });

const noteSchema = z.string().trim().min(1).max(1_000);
/** Why a rejection is settled: by a booking that takes its place, or because nothing is to be booked. */
export const resolutionRequestSchema = z
  .discriminatedUnion('resolution', [
    z.object({ resolution: z.literal('dismissal'), editionId: numberSchema, note: noteSchema }),
    z.object({
      resolution: z.literal('booking'),
      editionId: numberSchema,
      note: noteSchema,
      type: z.enum(['TopUp', 'Purchase', 'Chargeback', 'Refund']),
      /** Whose account `customer` is. */
      uid: tagUidSchema,
      items: z.array(transactionItemSchema).min(1).max(200),
    }),
  ])
  .meta({ id: 'ResolutionRequest' });
export type ResolutionRequest = z.infer<typeof resolutionRequestSchema>;
export const resolutionAnswerSchema = z
  .object({ logId: z.int(), backendTransactionId: z.int().nullable() })
  .meta({ id: 'ResolutionAnswer' });

/** Numbers of a tag that two or more committed transactions claim (R23). */
export const tagNumberDuplicatesAnswerSchema = z
  .object({
    duplicates: z.array(
      z.object({
        uid: z.string(),
        generation: z.int(),
        tagTransactionNumber: z.int(),
        transactions: z.array(
          z.object({
            backendTransactionId: z.int(),
            assignmentId: z.int(),
            terminalTransactionNumber: z.int(),
            amountMinor: z.int(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'TagNumberDuplicatesAnswer' });

/** What the backend wants an operator to know; the same thing again only raises `times`. */
export const alertsAnswerSchema = z
  .object({
    alerts: z.array(
      z.object({
        assignmentId: z.int(),
        code: z.string(),
        subject: z.string(),
        detail: z.string(),
        times: z.int(),
        firstRaisedAt: instantSchema,
        lastRaisedAt: instantSchema,
      }),
    ),
  })
  .meta({ id: 'AlertsAnswer' });
