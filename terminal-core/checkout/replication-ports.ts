import type { Fault } from '../../contract/ipc/fault.ts';
import type { StateCause } from '../../contract/wire/outcomes.ts';
import type { BackendState } from '../../contract/wire/words.ts';
import type { Result } from '../domain/result.ts';

export interface ReplicationStatus {
  /** `refused`: the backend wants a person to act. */
  readonly state: 'unknown' | 'online' | 'offline' | 'refused';
  readonly since: string;
  readonly fault: Fault | null;
  /** Whether the backend's seal equals the till's own. */
  readonly seal: 'unknown' | 'open' | 'sealed';
}

export interface DrainResult {
  readonly sentCount: number;
  readonly rejectedCount: number;
  readonly fault: Fault | null;
}

/** What the backend says of a transaction that this till has told it is unknown; null: it did not say why (Q9). */
export interface BackendNews {
  readonly terminalTransactionNumber: number;
  readonly state: BackendState;
  readonly cause: StateCause | null;
}

/** The background replicator as the till sees it. */
export interface ReplicationPort {
  readonly status: ReplicationStatus;
  onChange(listener: () => void): () => void;
  /** There is something new in the journal. */
  wake(): void;
  /** Sends until nothing is left, something stands in the way (with patience: for good), or the time is up. */
  drain(timeoutMs: number, isPatient: boolean): Promise<DrainResult>;
  /** What the backend says of unknown transactions, as it comes: with an answer to their entry, or asked for. */
  onNews(listener: (news: readonly BackendNews[]) => void): () => void;
  /** Asks what became of what is unknown, and of what was rejected; what it says comes as news. */
  askOutcomes(timeoutMs: number): Promise<Result<void, Fault>>;
  /** Fetches the configuration if it has changed. */
  refreshConfiguration(): Promise<Result<void, Fault>>;
}
