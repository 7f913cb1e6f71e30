import type { Credentials, Uplink } from '../checkout/backend-ports.ts';
import type { TagReplacementPort } from '../checkout/replacement-ports.ts';
import { uplinkFault } from '../checkout/uplink-faults.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok } from '../domain/result.ts';

/** Asks the backend to let a blank tag take a lost one's place. */
export function tagReplacementsOver(
  uplink: Pick<Uplink, 'replaceTag'>,
  credentials: () => Credentials | null,
): TagReplacementPort {
  return {
    async replace(lostUid, newUid) {
      const access = credentials();
      if (!access) return failed(fault('NOT_ENROLLED'));
      const answer = await uplink.replaceTag(access, lostUid, newUid);
      if (!answer.ok) return failed(uplinkFault(answer.fault));
      const isAsked = answer.value.uid === lostUid && answer.value.newUid === newUid;
      return isAsked
        ? ok(answer.value)
        : failed(fault('BACKEND_FAULT', { detail: 'its answer is about other tags than were asked for.' }));
    },
  };
}
