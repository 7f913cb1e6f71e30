import { z } from 'zod';
import { instantSchema } from './identifiers.ts';
import { appSlugSchema, namespaceSchema } from './installations.ts';

/** Which way transactions go between an edition and a Trac organisation. */
export const connectionDirections = ['push', 'pull', 'both'] as const;
/** Who manages the credits (Q33): this backend, which tells the other side what they paid, or the other side, which tells this backend. */
export const creditManagers = ['klink', 'trac'] as const;

const addressSchema = z.url({ protocol: /^https?$/ }).max(300);

const settings = {
  /** Of the Trac installation, e.g. `https://trac.mypebble.co.uk`. */
  address: addressSchema,
  /** What the other side calls the school: its org_id. */
  organisation: z.string().regex(/^[\w-]{1,80}$/),
  /** What the other side calls this integration. */
  installationId: z.string().regex(/^[\w-]{1,80}$/),
  /** The app slug: `iss` of the tokens, and the beginning of the names of the externalIds. */
  slug: appSlugSchema,
  direction: z.enum(connectionDirections),
  credits: z.enum(creditManagers),
};

export const connectionRequestSchema = z
  .object({
    ...settings,
    /** What tokens have to carry as `aud`; absent: the address. */
    audience: addressSchema.optional(),
    /** Where this integration keeps what is its own; absent: `till`. */
    namespace: namespaceSchema.optional(),
    /** Nothing older goes either way; absent: from now on. */
    since: instantSchema.optional(),
  })
  .meta({ id: 'ConnectionRequest' });
export type ConnectionRequest = z.infer<typeof connectionRequestSchema>;

export const connectionChangeSchema = z
  .object({
    address: settings.address.optional(),
    audience: addressSchema.optional(),
    organisation: settings.organisation.optional(),
    installationId: settings.installationId.optional(),
    direction: settings.direction.optional(),
    credits: settings.credits.optional(),
    /** False: nothing goes either way until it is true again; nothing is lost by that. */
    active: z.boolean().optional(),
  })
  .meta({ id: 'ConnectionChange' });
export type ConnectionChange = z.infer<typeof connectionChangeSchema>;

/** Why the other side and this backend are not in step. */
export const connectionFaults = [
  /** It does not answer. */
  'UNREACHABLE',
  /** It does not take the token: key, slug, installation or audience are not what it knows. */
  'UNAUTHENTICATED',
  /** It says no to what every round asks. */
  'REFUSED',
  /** It is asked too often. */
  'LIMITED',
  /** It fails. */
  'FAILED',
  /** It answers what nobody can read. */
  'UNREADABLE',
] as const;
export type ConnectionFault = (typeof connectionFaults)[number];

const count = z.int().min(0);

/** How far the two sides are in step. */
export const connectionStandingSchema = z.object({
  pull: z.object({
    /** Everything the other side had then is known here; null: nothing was read yet. */
    until: instantSchema.nullable(),
    lagSeconds: count.nullable(),
    /** Sales that the other side has not processed yet, and which are read again. */
    unprocessed: count,
    refused: count,
  }),
  push: z.object({
    /** Transactions that are not over there yet. */
    pending: count,
    /** When the oldest of them was made; null: none is pending. */
    oldestAt: instantSchema.nullable(),
    lagSeconds: count,
    /** Of the pending ones: sent without an answer, and looked for over there before they are sent again. */
    doubtful: count,
    refused: count,
  }),
  /** Sales both sides have processed, with another part paid by credits. */
  differences: count,
});

export const connectionRowSchema = z
  .object({
    editionId: z.int(),
    ...settings,
    audience: z.string(),
    namespace: z.string(),
    since: instantSchema,
    active: z.boolean(),
    /** To be given to the other side, which tells slug and installation for it (Q45). */
    publicKeyPem: z.string(),
    lastRoundAt: instantSchema.nullable(),
    nextRoundAt: instantSchema,
    fault: z
      .object({ code: z.enum(connectionFaults), detail: z.string(), since: instantSchema, rounds: count })
      .nullable(),
    standing: connectionStandingSchema,
  })
  .meta({ id: 'ConnectionRow' });
export type ConnectionRow = z.infer<typeof connectionRowSchema>;

export const connectionsAnswerSchema = z
  .object({ connections: z.array(connectionRowSchema) })
  .meta({ id: 'ConnectionsAnswer' });

/** What somebody has to look at. */
export const connectionFindingSchema = z
  .object({
    kind: z.enum(['not-received', 'not-sent', 'credit-difference']),
    /** Of the other side; null: it has none yet. */
    remoteTransactionId: z.string().nullable(),
    /** Of this backend; null: it was not booked. */
    backendTransactionId: z.int().nullable(),
    at: instantSchema,
    type: z.string(),
    amountMinor: z.int(),
    reason: z.string(),
  })
  .meta({ id: 'ConnectionFinding' });
export const connectionFindingsAnswerSchema = z
  .object({ findings: z.array(connectionFindingSchema) })
  .meta({ id: 'ConnectionFindingsAnswer' });

export const connectionRetryAnswerSchema = z
  .object({ retried: count, nextRoundAt: instantSchema })
  .meta({ id: 'ConnectionRetryAnswer' });

export const connectionOfSchema = z.object({ editionId: z.coerce.number().pipe(z.int().min(1)) });
