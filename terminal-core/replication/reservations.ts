import type { Credentials, ReservationPort, TagLookupPort, Uplink } from '../checkout/backend-ports.ts';
import type { ReplicationPort } from '../checkout/replication-ports.ts';
import { uplinkFault } from '../checkout/uplink-faults.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok } from '../domain/result.ts';

/**
 * Asks the backend to hold an amount, but only while it is known to be there: a till that is offline must not make a
 * customer wait to find that out again (Q51: "offline: skip").
 */
export function reservationsOver(
  uplink: Pick<Uplink, 'reserve'>,
  replication: Pick<ReplicationPort, 'status'>,
  credentials: () => Credentials | null,
): ReservationPort {
  return {
    async reserve({ terminalTransactionNumber, type, amountMinor, balanceDeltaMinor, tag, serving }) {
      const access = credentials();
      if (!access || replication.status.state !== 'online' || (type !== 'Purchase' && type !== 'Refund'))
        return ok('UNRESERVED');
      const canteen = serving
        ? {
            ...(serving.isMeal ? { meal: true } : {}),
            ...(serving.session === null ? {} : { session: serving.session }),
          }
        : {};
      const request = { type, amountMinor, balanceDeltaMinor, tag: { ...tag }, ...canteen };
      const answer = await uplink.reserve(access, terminalTransactionNumber, request);
      if (answer.ok) return ok('RESERVED');
      switch (answer.fault.kind) {
        case 'tag-blocked':
          return failed(fault('TAG_BLOCKED'));
        case 'insufficient-funds':
          return failed(fault('INSUFFICIENT_FUNDS'));
        case 'daily-limit':
          return failed(fault('DAILY_LIMIT'));
        default:
          return ok('UNRESERVED');
      }
    },
  };
}

/** Asks the backend about a tag. */
export function tagLookupOver(uplink: Pick<Uplink, 'lookUpTag'>, credentials: () => Credentials | null): TagLookupPort {
  return {
    async lookUp(uid) {
      const access = credentials();
      if (!access) return failed(fault('NOT_ENROLLED'));
      const answer = await uplink.lookUpTag(access, uid);
      return answer.ok ? ok(answer.value) : failed(uplinkFault(answer.fault));
    },
  };
}
