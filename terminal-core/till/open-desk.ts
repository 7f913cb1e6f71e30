import type { Fault } from '../../contract/ipc/fault.ts';
import type { TillSettings } from '../../contract/settings/till-settings.ts';
import type { TillSecrets } from '../checkout/ports.ts';
import { fault } from '../domain/fault.ts';
import { limits } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Desk, Patience } from './desk.ts';
import { EditionKeys } from './edition-keys.ts';
import type { TapRequest } from './operations.ts';
import type { TillParts } from './till-parts.ts';

/** The till as a piece of work needs it, or why it may not begin. Whose the work is, is known only when it begins. */
export function openDesk(
  parts: TillParts,
  secrets: TillSecrets | null,
  told: Pick<Desk, 'words' | 'show' | 'report'>,
): Result<Desk, Fault> {
  const { assignments, reader, store, reservations, payments, clock, timers } = parts;
  const assignment = assignments.assignment();
  if (!assignment) return failed(fault('NOT_ENROLLED'));
  if (assignment.haltedCode) return failed(fault(assignment.haltedCode));
  const configuration = assignments.configuration()?.configuration;
  if (!configuration) return failed(fault('CONFIGURATION_MISSING'));
  if (!secrets) return failed(fault('SECRETS_MISSING'));
  const keys = new EditionKeys(assignment.edition.id, secrets.keySets);
  const staff = { cashierId: null, approvedBy: null };
  const given = { reader, store, reservations, payments, clock, timers };
  return ok({ ...given, ...told, staff, assignment, configuration, keys });
}

/** How long work waits: as long as whoever asked for it says, else as the till's settings say. */
export function patienceFor(
  { tapTimeoutMs, sameTagTimeoutMs }: TillSettings,
  { timeoutMs, firstTagOnly }: TapRequest,
  servedPresenceId: number | null,
): Patience {
  return {
    tapTimeoutMs: timeoutMs ?? tapTimeoutMs,
    sameTagTimeoutMs: timeoutMs ?? sameTagTimeoutMs,
    cardTimeoutMs: timeoutMs ?? limits.payment.patienceMs,
    firstTagOnly,
    servedPresenceId,
  };
}
