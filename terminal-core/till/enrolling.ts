import type { Fault } from '../../contract/ipc/fault.ts';
import type { Uplink } from '../checkout/backend-ports.ts';
import type { AssignmentStore, Clock, Random, SecretStore, TillSecrets } from '../checkout/ports.ts';
import { uplinkFault } from '../checkout/uplink-faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { instant } from './desk.ts';

export interface EnrolmentParts {
  readonly assignments: AssignmentStore;
  readonly secretStore: SecretStore;
  readonly uplink: Uplink;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Makes this folder's till, which must have no assignment yet, the owner of a new assignment (R24, R25): draws the journal's identity, shows the code, keeps
 * the secrets and then the assignment. A kill in between costs the code and nothing else, for no number has been drawn.
 */
export async function enrol(
  parts: EnrolmentParts,
  request: { readonly backendUrl: string; readonly code: string; readonly terminalName: string },
): Promise<Result<TillSecrets, Fault>> {
  const { backendUrl, code, terminalName } = request;
  const journalId = hex(parts.random.bytes(16));
  const answer = await parts.uplink.enrol(backendUrl, { code, terminalName, journalId });
  if (!answer.ok) return failed(uplinkFault(answer.fault));
  const { assignmentId, terminalId, token, edition } = answer.value;
  const { keySets, ...openEdition } = edition;
  const secrets = { token, keySets };
  await parts.secretStore.save(secrets);
  const assignment = { assignmentId, terminalId, terminalName, backendUrl, journalId, edition: openEdition };
  parts.assignments.saveAssignment(assignment, instant(parts.clock));
  return ok(secrets);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
