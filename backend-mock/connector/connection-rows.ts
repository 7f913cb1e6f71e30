import type {
  ConnectionChange,
  ConnectionFault,
  ConnectionRequest,
  connectionDirections,
  creditManagers,
} from '../../contract/wire/connections.ts';
import type { Connection } from '../store/database.ts';

/** An edition's connection to a Trac organisation, with its secret. */
export type TracConnection = {
  editionId: number;
  address: string;
  audience: string;
  organisation: string;
  installationId: string;
  slug: string;
  namespace: string;
  direction: (typeof connectionDirections)[number];
  credits: (typeof creditManagers)[number];
  active: boolean;
  privateKeyPem: string;
  publicKeyPem: string;
  since: Date;
  /** R135: the newest createdAt that a whole reading has seen. */
  seenUntil: Date | null;
  /** Of a reading under way: from when it reads, where its next page begins, and the newest it has seen. */
  readingFrom: Date | null;
  readingStartedAt: Date | null;
  readingKey: string | null;
  readingSeenUntil: Date | null;
  pulledUntil: Date | null;
  nextRoundAt: Date;
  lastRoundAt: Date | null;
  failures: number;
  faultCode: ConnectionFault | null;
  faultDetail: string | null;
  faultSince: Date | null;
};

const columns = `edition_id AS "editionId", address, audience, organisation, installation_id AS "installationId", slug, namespace,
  direction, credits, active, private_key_pem AS "privateKeyPem", public_key_pem AS "publicKeyPem", since, seen_until AS "seenUntil",
  reading_from AS "readingFrom", reading_started_at AS "readingStartedAt", reading_key AS "readingKey", reading_seen_until AS "readingSeenUntil", pulled_until AS "pulledUntil",
  next_round_at AS "nextRoundAt", last_round_at AS "lastRoundAt", failures, fault_code AS "faultCode", fault_detail AS "faultDetail",
  fault_since AS "faultSince"`;

export async function readConnections(connection: Pick<Connection, 'query'>): Promise<TracConnection[]> {
  const found = await connection.query<TracConnection>(`SELECT ${columns} FROM trac_connection ORDER BY edition_id`);
  return found.rows;
}

export async function readConnection(
  connection: Pick<Connection, 'query'>,
  editionId: number,
): Promise<TracConnection | undefined> {
  const found = await connection.query<TracConnection>(`SELECT ${columns} FROM trac_connection WHERE edition_id = $1`, [
    editionId,
  ]);
  return found.rows[0];
}

/** Connects an edition. `false` where it is connected already: what was exchanged belongs to the organisation it was exchanged with. */
export async function insertConnection(
  connection: Connection,
  editionId: number,
  request: ConnectionRequest,
  keys: { privateKeyPem: string; publicKeyPem: string },
  actor: string,
  now: Date,
): Promise<boolean> {
  const inserted = await connection.query(
    `INSERT INTO trac_connection (edition_id, address, audience, organisation, installation_id, slug, namespace, direction, credits, active,
       private_key_pem, public_key_pem, since, next_round_at, changed_at, changed_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, true, $10, $11, $12, $13, $13, $14) ON CONFLICT DO NOTHING`,
    [
      editionId,
      request.address,
      request.audience ?? request.address,
      request.organisation,
      request.installationId,
      request.slug,
      request.namespace ?? 'till',
      request.direction,
      request.credits,
      keys.privateKeyPem,
      keys.publicKeyPem,
      request.since ?? now,
      now,
      actor,
    ],
  );
  return inserted.rowCount === 1;
}

/** Changes it; what is absent stays. The next round is due at once. `false` where the edition is not connected. */
export async function changeConnection(
  connection: Connection,
  editionId: number,
  change: ConnectionChange,
  actor: string,
  now: Date,
): Promise<boolean> {
  const changed = await connection.query(
    `UPDATE trac_connection SET address = coalesce($2, address), audience = coalesce($3, audience),
            organisation = coalesce($4, organisation), installation_id = coalesce($5, installation_id),
            direction = coalesce($6, direction), credits = coalesce($7, credits), active = coalesce($8, active),
            next_round_at = $9, changed_at = $9, changed_by = $10
      WHERE edition_id = $1`,
    [
      editionId,
      change.address ?? null,
      change.audience ?? null,
      change.organisation ?? null,
      change.installationId ?? null,
      change.direction ?? null,
      change.credits ?? null,
      change.active ?? null,
      now,
      actor,
    ],
  );
  return changed.rowCount === 1;
}
