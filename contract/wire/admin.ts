import { z } from 'zod';
import { operatorNameSchema } from './operators.ts';
import { stateCauses } from './outcomes.ts';
import { backendStateSchema } from './words.ts';

export const adminSessionRequestSchema = z
  .object({
    /** Absent: the operator who is there from the first start. */
    name: operatorNameSchema.optional(),
    password: z.string().min(1).max(200),
  })
  .meta({ id: 'AdminSessionRequest' });

export const accountBalanceSchema = z
  .object({
    accountId: z.int(),
    /** `customer`, `merchant`, `top-up`, `fee`, `loss`, `unclaimed`. */
    type: z.string(),
    /** Canonical name, e.g. `merchant:bar`, `top-up:cash`, `customer:12/default`, `customer:12/overspend`. */
    name: z.string(),
    balanceMinor: z.int(),
  })
  .meta({ id: 'AccountBalance' });
export const accountsAnswerSchema = z
  .object({ editionId: z.int(), currency: z.string(), accounts: z.array(accountBalanceSchema) })
  .meta({ id: 'AccountsAnswer' });

/** A purse that does not show what the ledger has of it, and by which rule. */
export const purseDifferenceSchema = z.object({
  rule: z.enum([
    /** Its balance is not what came into it less what it paid; of the sales purse, what waits (R64, R69). */
    'purse-balance',
    /** What a day's sales of a session drew is not what they come to (R77, Q29). */
    'sales-settled',
    /** What was used of a credit is not what it paid. */
    'credit-usage',
    /** What was cleared of a credit is not what was left of it (R103). */
    'credit-cleared',
  ]),
  memberId: z.string(),
  purseId: z.string(),
  bookedMinor: z.int(),
  expectedMinor: z.int(),
});
export type PurseDifference = z.infer<typeof purseDifferenceSchema>;

/** What does not agree; every list is empty in a healthy world. */
export const coherenceAnswerSchema = z
  .object({
    editionId: z.int(),
    /** Sum of all accounts; zero, always (INV-02). */
    sumMinor: z.int(),
    /** Accounts whose cached balance is not the sum of their postings (INV-03). */
    balanceDifferences: z.array(z.object({ account: z.string(), cachedMinor: z.int(), recomputedMinor: z.int() })),
    /** Terminal transaction numbers never received, per assignment; allowed and reported (Q18). */
    numberGaps: z.array(z.object({ assignmentId: z.int(), missing: z.array(z.int()) })),
    /** Customers whose tag, as last seen, and ledger disagree. */
    tagDifferences: z.array(
      z.object({
        uid: z.string(),
        bookedMinor: z.int(),
        /** What refunds of the backend hold of it, where there are any. */
        heldMinor: z.int().optional(),
        tagMinor: z.int(),
        /** Booked and on their way to the tag as adjustments (Q20): no difference by themselves. */
        uncollectedMinor: z.int(),
        /** On the tag and not booked, as far as evidence shows: held ones (negative) and missing ones. */
        evidenceMinor: z.int(),
        likelyCause: z.enum([
          'missing-transaction',
          'unresolved-transaction',
          'rejected-transaction',
          'clone-or-rollback',
          /** A sale of a lost tag arrived after another one had taken its place. */
          'replaced-tag',
        ]),
      }),
    ),
    /** What tags show, holds nothing and no till has sent (Q6); what lowered a balance is held as `Reserve` instead. */
    missingTransactions: z.array(
      z.object({
        assignmentId: z.int(),
        terminalTransactionNumber: z.int(),
        type: z.string(),
        balanceDeltaMinor: z.int(),
        uid: z.string(),
        tagTransactionNumber: z.int(),
      }),
    ),
    /** Account mode: customers who have money while they owe what was sold above the limit (INV-69). */
    overspendDifferences: z.array(z.object({ customerId: z.int(), defaultMinor: z.int(), overspendMinor: z.int() })),
    /** Account mode: members' purses that do not show what the ledger has (INV-70, INV-71). */
    purseDifferences: z.array(purseDifferenceSchema),
    /** How many rows of the transition log nobody has resolved. */
    unresolvedRejections: z.int(),
    /** Number of findings above; 0 means coherent. */
    findings: z.int(),
  })
  .meta({ id: 'CoherenceAnswer' });

export const enrolmentCodeRequestSchema = z
  .object({ terminalName: z.string().min(1).max(120), editionId: z.int().min(1) })
  .meta({ id: 'EnrolmentCodeRequest' });
export const enrolmentCodeAnswerSchema = z
  .object({ code: z.string(), expiresAt: z.iso.datetime() })
  .meta({ id: 'EnrolmentCodeAnswer' });

export const transactionRowSchema = z
  .object({
    backendTransactionId: z.int(),
    /** Null, like the number, where the transaction was made in the backend. */
    assignmentId: z.int().nullable(),
    terminalTransactionNumber: z.int().nullable(),
    type: z.string(),
    state: backendStateSchema,
    amountMinor: z.int(),
    balanceDeltaMinor: z.int(),
    uid: z.string().nullable(),
    tagTransactionNumber: z.int().nullable(),
    receivedAt: z.string(),
  })
  .meta({ id: 'TransactionRow' });

export const transitionLogRowSchema = z
  .object({
    id: z.int(),
    receivedAt: z.string(),
    /** Who asked for the step; TR: an entry of the assignment's journal, or one that only a tag shows, which an operator resolves. */
    cause: z.enum(stateCauses),
    /** Null, like its position and number, where no till replicated the step. */
    assignmentId: z.int().nullable(),
    terminalTransactionNumber: z.int().nullable(),
    /** The transaction that stayed as it was; null by TR. */
    backendTransactionId: z.int().nullable(),
    fromState: z.string().nullable(),
    toState: z.string().nullable(),
    code: z.string(),
    reason: z.string(),
  })
  .meta({ id: 'TransitionLogRow' });
