import type { FastifyRequest } from 'fastify';
import { ProblemError, problem } from '../http/problems.ts';
import type { Service } from '../http/service.ts';
import { type CanteenEdition, readCanteenEdition } from '../purses/canteen-edition.ts';
import { readAccessToken } from './access-tokens.ts';
import type { Installation } from './installations.ts';

/** Who calls, and the organisation it is let in at. */
export type TracCall = { installation: Installation; edition: CanteenEdition };

const header = /^token +(?<token>[A-Za-z0-9_-]{40,100})$/i;

export const installationAuth = [{ installation: [] }];

/**
 * The installation whose access token the request carries (`Authorization: token …`): UNAUTHENTICATED without one, FORBIDDEN with one
 * that has expired, and at every organisation but its own.
 */
export async function requireInstallation(
  { database, clock }: Service,
  request: FastifyRequest,
  organisation: number,
): Promise<TracCall> {
  const token = header.exec(request.headers.authorization ?? '')?.groups?.['token'];
  if (token === undefined) throw new ProblemError(problem('UNAUTHENTICATED', 'Authorization: token <access token>'));
  const reading = await readAccessToken(database.pool, token, clock.now());
  if (reading.outcome === 'unknown') throw new ProblemError(problem('UNAUTHENTICATED'));
  if (reading.outcome === 'expired') throw new ProblemError(problem('FORBIDDEN', 'The access token has expired.'));
  const { installation } = reading;
  if (installation.editionId !== organisation) throw new ProblemError(problem('FORBIDDEN'));
  return { installation, edition: await readCanteenEdition(database.pool, organisation) };
}
