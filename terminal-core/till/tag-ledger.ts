import type { Fault } from '../../contract/ipc/fault.ts';
import type { TagLookupPort } from '../checkout/backend-ports.ts';
import type { TagReplacementPort } from '../checkout/replacement-ports.ts';
import type { ReplicationPort } from '../checkout/replication-ports.ts';
import type { TransactionStore } from '../checkout/transaction-ports.ts';
import { fault } from '../domain/fault.ts';
import { limits } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';

/** The backend's books, as far as a tag is rebuilt from them. */
export interface TagLedger {
  /** Everything this till has is sent: only then do the books know what it knows. */
  bringUpToDate(): Promise<Result<void, Fault>>;
  readonly lookUp: TagLookupPort['lookUp'];
  readonly replace: TagReplacementPort['replace'];
}

export interface TagLedgerParts {
  readonly store: Pick<TransactionStore, 'counts'>;
  readonly replication: Pick<ReplicationPort, 'drain'>;
  readonly tagLookup: TagLookupPort;
  readonly tagReplacements: TagReplacementPort;
}

/** What the backend’s books say of a tag, once it has everything of this till. */
export function tagLedgerOver({ store, replication, tagLookup, tagReplacements }: TagLedgerParts): TagLedger {
  return {
    async bringUpToDate() {
      const { fault: problem } = await replication.drain(limits.replication.requestTimeoutMs, false);
      if (problem) return failed(problem);
      const { journalSeq, acknowledgedSeq } = store.counts();
      return acknowledgedSeq === journalSeq
        ? ok(undefined)
        : failed(fault('BACKEND_UNREACHABLE', { detail: 'not everything was sent in time.' }));
    },
    lookUp: (uid) => tagLookup.lookUp(uid),
    replace: (lostUid, newUid) => tagReplacements.replace(lostUid, newUid),
  };
}
