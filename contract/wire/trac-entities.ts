import { z } from 'zod';
import { anyJsonSchema } from './any-json.ts';
import {
  creditClearedValues,
  memberTypeSchema,
  purseTransactionStates,
  purseTransactionTypes,
  purseTypes,
} from './canteen.ts';
import { calendarDaySchema, shortTextSchema } from './identifiers.ts';
import { sessionNameSchema } from './sessions.ts';

/**
 * The entities of the Trac-compatible API as they stand on the wire. What stands at the top of one is its `core`; every other part is a
 * namespace: `meta` is the backend's, `credit` and `mis` are common, the rest are the integrations' own (R127, R130).
 */

/** A decimal amount as text, e.g. `-10.00`; never a number (Q46). */
export const tracAmountSchema = z.string().regex(/^-?\d{1,10}(?:\.\d{1,4})?$/);
/** What a kind of credit pays of a sale has no sign: the sale says which way it goes. */
const tracMagnitudeSchema = z.string().regex(/^\d{1,10}(?:\.\d{1,4})?$/);
/** ISO 8601; a time without a zone and a day without a time are UTC. */
export const tracInstantSchema = z.union([z.iso.datetime({ local: true, offset: true }), z.iso.date()]);

/** What an integration knows the entity by, e.g. `till-txnNo`; any other text beside it too (R138). */
const externalIdsSchema = z.record(z.string().min(1).max(100), z.string().max(500));
const tagsSchema = z.record(z.string().min(1).max(100), anyJsonSchema);
const shared = { externalIds: externalIdsSchema.optional(), tags: tagsSchema.optional() };

/** What a school's own register says of a member. */
const misSchema = z
  .object({
    misId: shortTextSchema.optional(),
    upn: shortTextSchema.optional(),
    firstName: shortTextSchema.optional(),
    lastName: shortTextSchema.optional(),
    className: shortTextSchema.optional(),
  })
  .catchall(anyJsonSchema);

/** A member as it is made, with what the defaults of the installation add. */
export const tracMemberSchema = z
  .object({
    ...shared,
    displayName: shortTextSchema.optional(),
    memberType: memberTypeSchema,
    isActive: z.boolean().optional(),
    dateOfBirth: calendarDaySchema.nullish(),
    mis: misSchema.optional(),
  })
  .catchall(anyJsonSchema);
export type TracMember = z.infer<typeof tracMemberSchema>;
/** What a request says itself; defaults may say the rest (R127). */
export const tracMemberRequestSchema = tracMemberSchema.partial().meta({ id: 'TracMemberRequest' });

const creditDetailsSchema = z
  .object({
    /** What is granted each time (R93). */
    amount: tracMagnitudeSchema.optional(),
    /** A crontab of five fields, at most once a day (R94, R96). */
    creditApply: z.string().min(1).max(200).optional(),
    /** Days; 1 expires at the next midnight (R99). */
    expiryDuration: z.int().min(1).max(3_660).optional(),
  })
  .catchall(anyJsonSchema);

const validity = {
  validFrom: tracInstantSchema.nullish(),
  validTo: tracInstantSchema.nullish(),
  validSessions: z.array(sessionNameSchema).min(1).max(20).nullish(),
};

/** A credit purse as it is made (R65–R72, R93). */
export const tracPurseSchema = z
  .object({
    ...shared,
    title: shortTextSchema,
    /** What is in it at the beginning: a credit of its own. */
    balance: tracMagnitudeSchema.optional(),
    ...validity,
    credit: creditDetailsSchema.optional(),
  })
  .catchall(anyJsonSchema);
export const tracPurseRequestSchema = tracPurseSchema.partial().meta({ id: 'TracPurseRequest' });
export type TracPurseRequest = z.infer<typeof tracPurseRequestSchema>;

/** How much of a sale each kind of credit pays, in the order in which they are used (R118, Q30). */
export const sourceOfFundsSchema = z.record(z.string().min(1).max(100), z.object({ amount: tracMagnitudeSchema }));

/** A transaction as it is made. */
export const tracTransactionSchema = z
  .object({
    ...shared,
    /** Signed, of the purse: a sale is negative, its refund positive (R88). */
    amount: tracAmountSchema,
    transactionDate: tracInstantSchema,
    /** `creditCleared` is read as `clearedCredit` (Q25). */
    type: z.enum([...purseTransactionTypes, 'creditCleared']),
    /** Absent: MEAL. Credits pay for meals alone (R109, Q50). */
    accountType: z
      .string()
      .regex(/^[A-Z][A-Z0-9_]{0,39}$/)
      .nullish(),
    description: z.string().max(500).nullish(),
    session: sessionNameSchema.nullish(),
    /** Of a cancellation and of a refund: what it takes back. */
    contraTransactionId: z.string().min(1).max(64).nullish(),
    sourceOfFunds: sourceOfFundsSchema.optional(),
  })
  .catchall(anyJsonSchema);
export type TracTransaction = z.infer<typeof tracTransactionSchema>;
export const tracTransactionRequestSchema = tracTransactionSchema.partial().meta({ id: 'TracTransactionRequest' });
export type TracTransactionRequest = z.infer<typeof tracTransactionRequestSchema>;

const timesSchema = { createdAt: z.string(), updatedAt: z.string() };
const answerShared = { externalIds: externalIdsSchema, meta: z.object(timesSchema) };

export const tracMemberAnswerSchema = z
  .object({
    ...answerShared,
    meta: z.object({ ...timesSchema, memberId: z.string(), tags: tagsSchema }),
    displayName: z.string(),
    memberType: memberTypeSchema,
    isActive: z.boolean(),
    dateOfBirth: z.string().nullable(),
    mis: z.record(z.string(), anyJsonSchema),
  })
  .catchall(anyJsonSchema)
  .meta({ id: 'TracMember' });
export type TracMemberAnswer = z.infer<typeof tracMemberAnswerSchema>;

export const tracPurseAnswerSchema = z
  .object({
    ...answerShared,
    meta: z.object({ ...timesSchema, memberId: z.string(), purseId: z.string(), tags: tagsSchema }),
    title: z.string(),
    type: z.enum(purseTypes),
    balance: z.string(),
    balanceAsInteger: z.int(),
    validFrom: z.string().nullable(),
    validTo: z.string().nullable(),
    validSessions: z.array(z.string()).nullable(),
    credit: z.record(z.string(), anyJsonSchema).optional(),
  })
  .catchall(anyJsonSchema)
  .meta({ id: 'TracPurse' });
export type TracPurseAnswer = z.infer<typeof tracPurseAnswerSchema>;

export const tracTransactionAnswerSchema = z
  .object({
    ...answerShared,
    meta: z.object({
      ...timesSchema,
      transactionId: z.string(),
      memberId: z.string(),
      /** Both stand here (R67). */
      purseId: z.string(),
      purseTitle: z.string(),
      tags: tagsSchema,
      memberDetails: z.object({
        memberType: memberTypeSchema,
        displayName: z.string(),
        mis: z.record(z.string(), anyJsonSchema),
      }),
    }),
    amount: z.string(),
    amountAsInteger: z.int(),
    transactionDate: z.string(),
    type: z.enum(purseTransactionTypes),
    state: z.enum(purseTransactionStates),
    /** Of a sale. */
    accountType: z.string().nullable(),
    session: z.string().nullable(),
    description: z.string().nullable(),
    contraTransactionId: z.string().nullable(),
    sourceOfFunds: z.record(z.string(), anyJsonSchema).optional(),
    /** What of `sourceOfFunds` was more than the sale (Q30); absent where nothing was. */
    excessIgnored: z.string().optional(),
    credit: z
      .object({
        /** Of a sale: what credits paid of it, not which (R81, R87). */
        creditPortionOfSale: z.string().optional(),
        /** Of a credit. */
        expiry: z.string().nullable().optional(),
        creditUsageAmount: z.string().optional(),
        creditCleared: z.enum(creditClearedValues).optional(),
      })
      .catchall(anyJsonSchema)
      .optional(),
  })
  .catchall(anyJsonSchema)
  .meta({ id: 'TracTransaction' });
export type TracTransactionAnswer = z.infer<typeof tracTransactionAnswerSchema>;

/** Where the next page begins; absent on the last one. */
const lastKey = { lastKey: z.string().optional() };
export const tracMembersAnswerSchema = z
  .object({ members: z.array(tracMemberAnswerSchema), ...lastKey })
  .meta({ id: 'TracMembers' });
export const tracPursesAnswerSchema = z
  .object({ purses: z.array(tracPurseAnswerSchema), ...lastKey })
  .meta({ id: 'TracPurses' });
export const tracTransactionsAnswerSchema = z
  .object({ transactions: z.array(tracTransactionAnswerSchema), ...lastKey })
  .meta({ id: 'TracTransactions' });

export const tracMemberMadeSchema = z.object({ memberId: z.string() }).meta({ id: 'TracMemberMade' });
export const tracPurseMadeSchema = z.object({ purseId: z.string() }).meta({ id: 'TracPurseMade' });
export const tracTransactionMadeSchema = z.object({ transactionId: z.string() }).meta({ id: 'TracTransactionMade' });

/** Of every list; filters `namespace.field.op=value` stand beside them. */
export const tracPageQuerySchema = z
  .object({
    per_page: z.coerce.number().pipe(z.int().min(1).max(1_000)).default(100),
    start_key: z.string().min(1).max(500).optional(),
  })
  .catchall(z.union([z.string(), z.array(z.string())]));
