import type { Fault } from '../../contract/ipc/fault.ts';
import type { OperationAnswer, TillStatus } from '../../contract/ipc/operations.ts';
import type { ScreenView } from '../../contract/ipc/till-view.ts';
import type { TillSecrets } from '../checkout/ports.ts';
import type { ReplicationPort } from '../checkout/replication-ports.ts';
import type { TransactionStore } from '../checkout/transaction-ports.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type EnrolmentParts, enrol } from './enrolling.ts';
import type { Request, TillOperations } from './operations.ts';

type EnrolmentScreen = Extract<ScreenView, { screen: 'enrolment' }>;

/** What these operations need of the till. */
export interface BackendOperationParts extends EnrolmentParts {
  readonly store: TransactionStore;
  readonly replication: ReplicationPort;
  /** Null while it shows something else. */
  enrolmentScreen(): EnrolmentScreen | null;
  show(screen: ScreenView): void;
  showIdle(): void;
  keepSecrets(secrets: TillSecrets): void;
  isSealed(): boolean;
  publish(): void;
  status(): TillStatus;
}

export type BackendOperations = Pick<TillOperations, 'enrol' | 'replicate'>;

/** What is said to the backend on request; everything else the replicator says by itself. */
export function backendOperations(till: BackendOperationParts): BackendOperations {
  return {
    enrol: (request) => enrolTill(till, request),
    replicate: (request) => replicate(till, request),
  };
}

async function enrolTill(till: BackendOperationParts, request: Request<'enrol'>): Promise<Result<TillStatus, Fault>> {
  const existing = till.assignments.assignment();
  if (existing) return failed(fault('ALREADY_ENROLLED', { assignmentId: existing.assignmentId }));
  // A code works once: two attempts at a time would cost a second one.
  if (till.enrolmentScreen()?.busy) return failed(fault('BUSY'));
  till.show({ screen: 'enrolment', busy: true, fault: null });
  const enrolled = await enrol(till, request);
  if (!enrolled.ok) {
    till.show({ screen: 'enrolment', busy: false, fault: enrolled.fault });
    return enrolled;
  }
  till.keepSecrets(enrolled.value);
  await till.replication.refreshConfiguration();
  till.showIdle();
  till.replication.wake();
  return ok(till.status());
}

async function replicate(
  till: BackendOperationParts,
  { timeoutMs, untilEmpty }: Request<'replicate'>,
): Promise<Result<OperationAnswer<'replicate'>, Fault>> {
  if (!till.assignments.assignment()) return failed(fault('NOT_ENROLLED'));
  const { replication, store } = till;
  const drained = await replication.drain(timeoutMs, untilEmpty);
  // On the command line nothing else ever asks for new prices and blocked tags.
  const refreshed = drained.fault ? null : await replication.refreshConfiguration();
  const problem = refreshed && !refreshed.ok ? refreshed.fault : drained.fault;
  const counts = store.counts();
  till.publish();
  const unsentCount = counts.journalSeq - counts.acknowledgedSeq;
  return ok({ ...drained, fault: problem, unsentCount, sealed: till.isSealed() });
}
