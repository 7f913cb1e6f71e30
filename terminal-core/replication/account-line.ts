import type { AccountLinePort, AccountStore } from '../checkout/account-ports.ts';
import type { Credentials, Uplink } from '../checkout/backend-ports.ts';
import type { JournalStore } from '../checkout/journal-ports.ts';
import type { AssignmentStore, Clock } from '../checkout/ports.ts';
import type { ReplicationPort } from '../checkout/replication-ports.ts';
import { fault } from '../domain/fault.ts';
import { limits } from '../domain/limits.ts';
import { failed, ok } from '../domain/result.ts';

export interface AccountLineParts {
  readonly uplink: Pick<Uplink, 'lookUpTag'>;
  readonly replication: Pick<ReplicationPort, 'status' | 'drain'>;
  readonly journal: Pick<JournalStore, 'acknowledgedSeq'>;
  readonly assignments: Pick<AssignmentStore, 'assignment'>;
  readonly accounts: Pick<AccountStore, 'remember'>;
  readonly clock: Clock;
  credentials(): Credentials | null;
}

/**
 * The line to the accounts in the backend. A till that is known to be offline is not asked to find that out again while a
 * customer waits; the replicator's own rhythm says when it is back.
 */
export function accountLineOver(parts: AccountLineParts): AccountLinePort {
  const { uplink, replication, journal, assignments, accounts, clock } = parts;
  return {
    async refresh(uid) {
      const access = parts.credentials();
      const { state } = replication.status;
      if (!access || state === 'offline' || state === 'refused') return ok(undefined);
      const timeoutMs = limits.replication.reservationTimeoutMs;
      const drained = await replication.drain(timeoutMs, false);
      const haltedCode = assignments.assignment()?.haltedCode ?? null;
      if (haltedCode) return failed(fault(haltedCode));
      if (drained.fault) return ok(undefined);
      const acknowledgedSeq = journal.acknowledgedSeq();
      const answer = await uplink.lookUpTag(access, uid, timeoutMs);
      if (answer.ok && answer.value.uid === uid)
        accounts.remember(answer.value, acknowledgedSeq, new Date(clock.nowMs()).toISOString());
      return ok(undefined);
    },
  };
}
