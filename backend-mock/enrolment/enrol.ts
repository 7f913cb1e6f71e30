import type { z } from 'zod';
import type { EnrolmentAnswer, enrolmentRequestSchema } from '../../contract/wire/enrolment.ts';
import { readEdition } from '../configuration/editions.ts';
import { shareOut } from '../configuration/offline-shares.ts';
import { journalStartHash } from '../ingest/chain.ts';
import { invariant } from '../ledger/invariant.ts';
import { limits } from '../limits.ts';
import type { Clock, Random } from '../ports.ts';
import type { Connection, Database } from '../store/database.ts';
import { drawEnrolmentCode, drawToken, hashSecret, normaliseEnrolmentCode } from './secrets.ts';

type EnrolmentRequest = z.infer<typeof enrolmentRequestSchema>;
type Admission = { editionId: number; terminalId: number };

/**
 * Assigns a terminal to an edition (R24, R25) for a one-time code, or in demo mode for a demo code. The token is random,
 * shown once and stored hashed. Returns `undefined` for a code that is unknown, used or expired; the three are not told apart.
 */
export async function enrol(
  database: Database,
  { clock, random, demo }: { clock: Clock; random: Random; demo: boolean },
  request: EnrolmentRequest,
): Promise<EnrolmentAnswer | undefined> {
  return database.transaction(async (connection) => {
    const now = clock.now();
    const codeHash = hashSecret(normaliseEnrolmentCode(request.code));
    const admission =
      (await useCode(connection, codeHash, now)) ?? (demo ? await admitToDemo(connection, request, now) : undefined);
    if (admission === undefined) return undefined;
    const assignmentId = await drawAssignmentId(connection);
    const token = drawToken(random);
    await connection.query(
      `INSERT INTO assignment (edition_id, assignment_id, terminal_id, terminal_name, journal_id, token_hash, last_seq, last_hash, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8)`,
      [
        admission.editionId,
        assignmentId,
        admission.terminalId,
        request.terminalName,
        request.journalId,
        hashSecret(token),
        journalStartHash(request.journalId),
        now,
      ],
    );
    await connection.query('UPDATE enrolment_code SET used_by_assignment_id = $1 WHERE code_hash = $2', [
      assignmentId,
      codeHash,
    ]);
    await shareOut(connection, admission.editionId);
    const edition = await readEdition(connection, admission.editionId);
    return { terminalId: String(admission.terminalId), assignmentId, token, edition };
  });
}

/** Uses up a code; of two tills that come with the same one, the second waits here and finds it used. */
async function useCode(connection: Connection, codeHash: Buffer, now: Date): Promise<Admission | undefined> {
  const used = await connection.query<{ edition_id: number; terminal_id: number }>(
    `UPDATE enrolment_code SET used_at = $2 WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2
     RETURNING edition_id, terminal_id`,
    [codeHash, now],
  );
  const row = used.rows[0];
  return row === undefined ? undefined : { editionId: row.edition_id, terminalId: row.terminal_id };
}

async function admitToDemo(
  connection: Connection,
  request: EnrolmentRequest,
  now: Date,
): Promise<Admission | undefined> {
  const found = await connection.query<{ edition_id: number }>('SELECT edition_id FROM edition WHERE demo_code = $1', [
    request.code.toUpperCase(),
  ]);
  const editionId = found.rows[0]?.edition_id;
  return editionId === undefined
    ? undefined
    : { editionId, terminalId: await createTerminal(connection, request.terminalName, now) };
}

/** Returns its number. */
export async function createTerminal(connection: Connection, name: string, now: Date): Promise<number> {
  const made = await connection.query<{ terminal_id: number }>(
    'INSERT INTO terminal (name, created_at) VALUES ($1, $2) RETURNING terminal_id',
    [name, now],
  );
  const row = made.rows[0];
  invariant('INV-61', row !== undefined, 'a new terminal has a number');
  return row.terminal_id;
}

/** `false` where there is no such terminal. */
export async function renameTerminal(connection: Connection, terminalId: number, name: string): Promise<boolean> {
  const renamed = await connection.query('UPDATE terminal SET name = $2 WHERE terminal_id = $1', [terminalId, name]);
  return renamed.rowCount === 1;
}

/** The next assignment number: never one that was given out or that a tag has shown, not even after a restore (R24). */
async function drawAssignmentId(connection: Connection): Promise<number> {
  const drawn = await connection.query<{ last_assignment_id: number }>(
    'UPDATE assignment_number SET last_assignment_id = last_assignment_id + 1 WHERE last_assignment_id < $1 RETURNING last_assignment_id',
    [limits.assignmentIdMax],
  );
  const row = drawn.rows[0];
  invariant('INV-61', row !== undefined, 'there is an assignment number left');
  return row.last_assignment_id;
}

/**
 * A new one-time code for this terminal, which takes the name it is to carry. Only the code's hash is kept. `undefined`
 * where there is no such terminal.
 */
export async function issueEnrolmentCode(
  connection: Connection,
  plan: { editionId: number; terminalId: number; terminalName: string },
  random: Random,
  now: Date,
): Promise<{ code: string; expiresAt: string } | undefined> {
  const named = await connection.query('UPDATE terminal SET name = $2 WHERE terminal_id = $1', [
    plan.terminalId,
    plan.terminalName,
  ]);
  if (named.rowCount === 0) return undefined;
  const code = drawEnrolmentCode(random);
  const expiresAt = new Date(now.getTime() + limits.enrolmentCodeLifetimeMs);
  await connection.query(
    'INSERT INTO enrolment_code (code_hash, edition_id, terminal_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)',
    [hashSecret(normaliseEnrolmentCode(code)), plan.editionId, plan.terminalId, now, expiresAt],
  );
  return { code, expiresAt: expiresAt.toISOString() };
}

/** Takes back an assignment's token. `false` where there is no such assignment; a second time changes nothing. */
export async function revokeAssignment(connection: Connection, assignmentId: number, now: Date): Promise<boolean> {
  const revoked = await connection.query(
    'UPDATE assignment SET revoked_at = coalesce(revoked_at, $2) WHERE assignment_id = $1',
    [assignmentId, now],
  );
  return revoked.rowCount !== 0;
}
