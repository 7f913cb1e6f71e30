import type { Fault } from '../../contract/ipc/fault.ts';
import { fault } from '../domain/fault.ts';
import type { UplinkFault } from './backend-ports.ts';

/** What a person is told when the backend does not do what it was asked. */
export function uplinkFault(problem: UplinkFault): Fault {
  switch (problem.kind) {
    case 'unreachable':
      return fault('BACKEND_UNREACHABLE', { detail: problem.detail });
    case 'refused':
      return fault('BACKEND_REFUSED');
    case 'code-invalid':
      return fault('ENROLMENT_CODE_INVALID');
    case 'tag-blocked':
      return fault('TAG_BLOCKED');
    case 'tag-unheard-of':
      return fault('TAG_UNHEARD_OF');
    case 'tag-replaced':
      return fault('TAG_REPLACED', { detail: problem.detail });
    case 'tag-in-use':
      return fault('TAG_IN_USE');
    case 'insufficient-funds':
      return fault('INSUFFICIENT_FUNDS');
    case 'daily-limit':
      return fault('DAILY_LIMIT');
    case 'halt':
      return fault(problem.code);
    case 'gap':
      return fault('BACKEND_FAULT', { detail: `it expects entry ${problem.expectedSeq}.` });
    case 'fault':
      return fault('BACKEND_FAULT', { detail: problem.detail });
  }
}
