import { z } from 'zod';
import { anyJsonSchema } from './any-json.ts';
import { instantSchema } from './identifiers.ts';

/** What an integration is called by: the `iss` of its tokens (R53) and the beginning of the names of its `externalIds`. */
export const appSlugSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);

/** Parts of every entity that belong to nobody's integration. */
export const reservedNamespaces = [
  'core',
  'credit',
  'creditTransactions',
  'externalIds',
  'meta',
  'mis',
  'sourceOfFunds',
  'tags',
] as const;

/** Where an integration keeps what is its own in an entity, `status` among it (R130), e.g. `till` or `parentPay`. */
export const namespaceSchema = z
  .string()
  .regex(/^[a-z][A-Za-z0-9-]{0,39}$/)
  .refine((name) => !reservedNamespaces.some((reserved) => reserved === name), { error: 'the name is taken.' });

const fieldsSchema = z.record(z.string().max(100), anyJsonSchema);

/**
 * What an integration's entities begin with where its requests say nothing (R127), for any field. Of transactions what stands under
 * `default`, `sales` and `credit` is for the purse of that kind (R128, R129) and wins over what stands beside them.
 */
export const installationDefaultsSchema = z
  .strictObject({
    member: fieldsSchema.optional(),
    purse: fieldsSchema.optional(),
    transaction: z
      .object({
        default: fieldsSchema.optional(),
        sales: fieldsSchema.optional(),
        credit: fieldsSchema.optional(),
      })
      .catchall(anyJsonSchema)
      .optional(),
  })
  .meta({ id: 'InstallationDefaults' });
export type InstallationDefaults = z.infer<typeof installationDefaultsSchema>;

/** PEM of an RSA key of at least 2048 bits; the private half never leaves the integration (Q45). */
const publicKeySchema = z.string().min(1).max(10_000);

/** Lets an integration at the members and purses of one edition, its organisation. */
export const installationRequestSchema = z
  .object({
    editionId: z.int().min(1),
    slug: appSlugSchema,
    /** Absent: the slug. */
    namespace: namespaceSchema.optional(),
    publicKeyPem: publicKeySchema,
    defaults: installationDefaultsSchema.optional(),
  })
  .meta({ id: 'InstallationRequest' });
export type InstallationRequest = z.infer<typeof installationRequestSchema>;

/** What is absent stays. A new key and `active: false` end the access tokens that were given out. */
export const installationChangeSchema = z
  .object({
    publicKeyPem: publicKeySchema.optional(),
    defaults: installationDefaultsSchema.optional(),
    active: z.boolean().optional(),
  })
  .meta({ id: 'InstallationChange' });
export type InstallationChange = z.infer<typeof installationChangeSchema>;

export const installationRowSchema = z
  .object({
    installationId: z.int(),
    editionId: z.int(),
    slug: z.string(),
    namespace: z.string(),
    /** SHA-256 of the key as DER, in hex: what two people read to each other to see that they mean the same key. */
    publicKeySha256: z.string(),
    defaults: installationDefaultsSchema,
    active: z.boolean(),
    createdAt: instantSchema,
    /** What its tokens have to carry as `aud` (R52). */
    audience: z.string(),
  })
  .meta({ id: 'InstallationRow' });
export type InstallationRow = z.infer<typeof installationRowSchema>;

export const installationsAnswerSchema = z
  .object({ installations: z.array(installationRowSchema) })
  .meta({ id: 'InstallationsAnswer' });
