import { z } from 'zod';
import {
  type InstallationChange,
  type InstallationDefaults,
  type InstallationRequest,
  installationDefaultsSchema,
} from '../../contract/wire/installations.ts';
import type { Connection } from '../store/database.ts';
import { type PublicKey, readPublicKey } from './public-key.ts';

/** An integration that is let in at an edition. */
export type Installation = {
  installationId: number;
  editionId: number;
  slug: string;
  /** Where it keeps what is its own in every entity (R130). */
  namespace: string;
  publicKeyPem: string;
  publicKeySha256: string;
  defaults: InstallationDefaults;
  active: boolean;
  createdAt: Date;
};

const rowSchema = z.object({
  installation_id: z.int(),
  edition_id: z.int(),
  slug: z.string(),
  namespace: z.string(),
  public_key_pem: z.string(),
  public_key_sha256: z.string(),
  defaults: installationDefaultsSchema,
  active: z.boolean(),
  created_at: z.date(),
});

const columns =
  'installation_id, edition_id, slug, namespace, public_key_pem, public_key_sha256, defaults, active, created_at';

function installationOf(row: unknown): Installation {
  const read = rowSchema.parse(row);
  return {
    installationId: read.installation_id,
    editionId: read.edition_id,
    slug: read.slug,
    namespace: read.namespace,
    publicKeyPem: read.public_key_pem,
    publicKeySha256: read.public_key_sha256,
    defaults: read.defaults,
    active: read.active,
    createdAt: read.created_at,
  };
}

export type InstallationOutcome =
  | { outcome: 'done'; installation: Installation }
  | { outcome: 'unknown' }
  | { outcome: 'refused'; detail: string };

/** Lets an integration in (R53, R127). One slug and one namespace are there once in an edition. */
export async function registerInstallation(
  connection: Connection,
  request: InstallationRequest,
  now: Date,
): Promise<InstallationOutcome> {
  const reading = readPublicKey(request.publicKeyPem);
  if (reading.outcome === 'refused') return reading;
  const { editionId, slug } = request;
  const made = await connection.query(
    `INSERT INTO installation (edition_id, slug, namespace, public_key_pem, public_key_sha256, defaults, active, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, true, $7) ON CONFLICT DO NOTHING RETURNING ${columns}`,
    [
      editionId,
      slug,
      request.namespace ?? slug,
      reading.key.pem,
      reading.key.sha256,
      JSON.stringify(request.defaults ?? {}),
      now,
    ],
  );
  const [row] = made.rows;
  if (row === undefined)
    return { outcome: 'refused', detail: 'An installation of this edition has this slug or this namespace already.' };
  return { outcome: 'done', installation: installationOf(row) };
}

/** Changes what the request names. Tokens of a key that is gone, or of an installation that is not active, open nothing any more. */
export async function changeInstallation(
  connection: Connection,
  installationId: number,
  change: InstallationChange,
): Promise<InstallationOutcome> {
  let key: PublicKey | undefined;
  if (change.publicKeyPem !== undefined) {
    const reading = readPublicKey(change.publicKeyPem);
    if (reading.outcome === 'refused') return reading;
    key = reading.key;
  }
  const changed = await connection.query(
    `UPDATE installation SET public_key_pem = coalesce($2, public_key_pem), public_key_sha256 = coalesce($3, public_key_sha256),
            defaults = coalesce($4, defaults), active = coalesce($5, active)
      WHERE installation_id = $1 RETURNING ${columns}`,
    [
      installationId,
      key?.pem ?? null,
      key?.sha256 ?? null,
      change.defaults === undefined ? null : JSON.stringify(change.defaults),
      change.active ?? null,
    ],
  );
  const [row] = changed.rows;
  if (row === undefined) return { outcome: 'unknown' };
  const installation = installationOf(row);
  if (key !== undefined || !installation.active)
    await connection.query('DELETE FROM installation_token WHERE edition_id = $1 AND installation_id = $2', [
      installation.editionId,
      installationId,
    ]);
  return { outcome: 'done', installation };
}

/** Something that queries: a pool, or a connection inside a transaction. */
type Queries = Pick<Connection, 'query'>;

export async function listInstallations(queries: Queries, editionId: number): Promise<Installation[]> {
  const found = await queries.query(
    `SELECT ${columns} FROM installation WHERE edition_id = $1 ORDER BY installation_id`,
    [editionId],
  );
  return found.rows.map(installationOf);
}

export async function findInstallation(queries: Queries, installationId: number): Promise<Installation | undefined> {
  const found = await queries.query(`SELECT ${columns} FROM installation WHERE installation_id = $1`, [installationId]);
  return found.rows[0] === undefined ? undefined : installationOf(found.rows[0]);
}
