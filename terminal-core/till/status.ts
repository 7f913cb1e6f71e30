import type { TillStatus } from '../../contract/ipc/operations.ts';
import type { Configuration } from '../../contract/wire/configuration.ts';
import type { Assignment } from '../checkout/ports.ts';
import type { StoreCounts } from '../checkout/transaction-ports.ts';
import { fault } from '../domain/fault.ts';

/** The till in figures, from what is on its disk alone; works beside a running till. */
export function tillStatus(
  assignment: Assignment | null,
  configuration: Configuration | null,
  counts: StoreCounts,
): TillStatus {
  return {
    enrolled: assignment !== null,
    terminalName: assignment?.terminalName ?? null,
    assignmentId: assignment?.assignmentId ?? null,
    editionName: assignment?.edition.name ?? null,
    currency: assignment?.edition.currency ?? null,
    backendUrl: assignment?.backendUrl ?? null,
    lastTerminalTransactionNumber: counts.lastTerminalTransactionNumber,
    journalSeq: counts.journalSeq,
    acknowledgedSeq: counts.acknowledgedSeq,
    unsentCount: counts.journalSeq - counts.acknowledgedSeq,
    exposureMinor: counts.exposureMinor,
    exposureLimitMinor: configuration?.accountLimits?.offlinePerTillMinor ?? null,
    unfinishedCount: counts.unfinishedCount,
    unknownCount: counts.unknownCount,
    rejectedCount: counts.rejectedCount,
    cashToReturnCount: counts.cashToReturnCount,
    halted: assignment?.haltedCode ? fault(assignment.haltedCode) : null,
  };
}
