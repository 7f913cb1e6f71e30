import { drawToken, hashSecret } from '../enrolment/secrets.ts';
import { limits } from '../limits.ts';
import type { Random } from '../ports.ts';
import type { Connection, Database } from '../store/database.ts';
import { isAppToken } from './app-token.ts';
import { findInstallation, type Installation } from './installations.ts';

export type AccessToken = { token: string; expiresAt: Date };

/**
 * An access token of an installation, for one hour, for whoever shows a JWT of its app. `undefined` for every other JWT and every
 * other installation: the caller says the same of all of them (R54).
 */
export async function issueAccessToken(
  database: Database,
  { installationId, jwt, audience }: { installationId: number; jwt: string; audience: string },
  random: Random,
  now: Date,
): Promise<AccessToken | undefined> {
  const installation = await findInstallation(database.pool, installationId);
  if (installation?.active !== true) return undefined;
  const { publicKeyPem, slug, editionId } = installation;
  if (!(await isAppToken(jwt, { publicKeyPem, slug, audience, now }))) return undefined;
  const token = drawToken(random);
  const expiresAt = new Date(now.getTime() + limits.installationTokenLifetimeMs);
  const isIssued = await database.transaction(async (connection) => {
    await connection.query(
      'DELETE FROM installation_token WHERE edition_id = $1 AND installation_id = $2 AND expires_at < $3',
      [editionId, installationId, new Date(now.getTime() - limits.installationTokenKeptMs)],
    );
    // Only while the installation is what the JWT was checked against: an operator may be taking its key away right now.
    const inserted = await connection.query(
      `INSERT INTO installation_token (token_hash, edition_id, installation_id, issued_at, expires_at)
       SELECT $1, edition_id, installation_id, $2, $3 FROM installation
        WHERE edition_id = $4 AND installation_id = $5 AND active AND public_key_pem = $6 FOR SHARE`,
      [hashSecret(token), now, expiresAt, editionId, installationId, publicKeyPem],
    );
    return inserted.rowCount === 1;
  });
  return isIssued ? { token, expiresAt } : undefined;
}

export type TokenReading =
  | { outcome: 'valid'; installation: Installation }
  | { outcome: 'expired' }
  | { outcome: 'unknown' };

/** Whose access token this is. One that has expired is told apart from one that never was, for as long as it is kept. */
export async function readAccessToken(
  queries: Pick<Connection, 'query'>,
  token: string,
  now: Date,
): Promise<TokenReading> {
  const found = await queries.query<{ installation_id: number; expires_at: Date }>({
    name: 'installation-token',
    text: 'SELECT installation_id, expires_at FROM installation_token WHERE token_hash = $1',
    values: [hashSecret(token)],
  });
  const row = found.rows[0];
  if (row === undefined) return { outcome: 'unknown' };
  if (row.expires_at <= now) return { outcome: 'expired' };
  const installation = await findInstallation(queries, row.installation_id);
  return installation?.active === true ? { outcome: 'valid', installation } : { outcome: 'unknown' };
}
