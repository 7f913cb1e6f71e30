import { z } from 'zod';
import { amountMinorMax } from '../../contract/wire/money.ts';

/**
 * What this backend reads of a Trac installation's answers: no more than it needs, so that fields that nobody has told us of, and ones
 * that come later, break nothing.
 */
export const remoteTransactionSchema = z.object({
  meta: z.object({
    transactionId: z.string().min(1).max(200),
    memberId: z.string().min(1).max(200),
    purseId: z.string().min(1).max(200),
    purseTitle: z.string().max(200).optional(),
    createdAt: z.string(),
  }),
  amount: z.string().optional(),
  /** Minor units; `amount` says the same as a decimal (Q46). */
  amountAsInteger: z.int().min(-amountMinorMax).max(amountMinorMax).optional(),
  transactionDate: z.string(),
  type: z.string().max(40),
  /** Only sales wait (R63, R91). */
  state: z.enum(['notProcessed', 'processed']).default('processed'),
  session: z.string().max(120).nullish(),
  description: z.string().max(500).nullish(),
  accountType: z.string().max(40).nullish(),
  contraTransactionId: z.string().max(200).nullish(),
  externalIds: z.record(z.string(), z.string()).default({}),
  credit: z.object({ creditPortionOfSale: z.string().optional(), expiry: z.string().nullish() }).optional(),
});
export type RemoteTransaction = z.infer<typeof remoteTransactionSchema>;

export const remoteTransactionsSchema = z.object({
  transactions: z.array(remoteTransactionSchema),
  lastKey: z.string().min(1).optional(),
});

const remoteMemberSchema = z.object({
  meta: z.object({ memberId: z.string().min(1).max(200) }),
  displayName: z.string().optional(),
  memberType: z.string().optional(),
  externalIds: z.record(z.string(), z.string()).default({}),
  mis: z.object({ misId: z.string().optional(), upn: z.string().optional() }).catch({}).default({}),
});
export type RemoteMember = z.infer<typeof remoteMemberSchema>;
export const remoteMemberAnswerSchema = remoteMemberSchema;
export const remoteMembersSchema = z.object({
  members: z.array(remoteMemberSchema),
  lastKey: z.string().min(1).optional(),
});

const remotePurseSchema = z.object({
  meta: z.object({ purseId: z.string().min(1).max(200) }),
  title: z.string().min(1).max(120),
  validFrom: z.string().nullish(),
  validTo: z.string().nullish(),
  validSessions: z.array(z.string().max(120)).nullish(),
  credit: z.object({ expiryDuration: z.int().min(1).max(3_660).nullish() }).nullish(),
});
export type RemotePurse = z.infer<typeof remotePurseSchema>;
export const remotePursesSchema = z.object({ purses: z.array(remotePurseSchema) });

export const memberMadeSchema = z.object({ memberId: z.string().min(1).max(200) });
export const transactionMadeSchema = z.object({ transactionId: z.string().min(1).max(200) });
/** Read as whole seconds since 1970 (requirements 5). */
export const remoteTokenSchema = z.object({ token: z.string().min(1).max(10_000), expiresAt: z.int() });
