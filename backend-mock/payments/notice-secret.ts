import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Random } from '../ports.ts';
import type { Connection } from '../store/database.ts';

const secretBytes = 32;

/** The secret that the simulated provider and the backend share: drawn at the first start, the same for every process. */
export async function ensureNoticeSecret(connection: Connection, random: Random, now: Date): Promise<void> {
  await connection.query(
    'INSERT INTO payment_notice_secret (secret, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [Buffer.from(random.bytes(secretBytes)), now],
  );
}

/** What notices are signed with. Throws where the database was not seeded. */
export async function readNoticeSecret(connection: Pick<Connection, 'query'>): Promise<Buffer> {
  const found = await connection.query<{ secret: Buffer }>('SELECT secret FROM payment_notice_secret');
  const secret = found.rows[0]?.secret;
  if (secret === undefined) throw new Error('The database has no secret for the notices of the payment provider.');
  return secret;
}

/** HMAC-SHA-256 over the raw body in lower-case hex. */
export function signNotice(secret: Buffer, body: Buffer): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

/** Compares without telling by its time how much of a forgery was right. */
export function isSignedBy(secret: Buffer, body: Buffer, signature: string): boolean {
  if (!/^[0-9a-f]{64}$/.test(signature)) return false;
  return timingSafeEqual(Buffer.from(signNotice(secret, body), 'hex'), Buffer.from(signature, 'hex'));
}
