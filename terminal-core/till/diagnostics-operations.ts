import type { Diagnostics, TagDetails } from '../../contract/ipc/diagnostics.ts';
import type { SurroundingsPort } from '../checkout/diagnostics-ports.ts';
import type { AssignmentStore, Clock, ReaderPort } from '../checkout/ports.ts';
import type { ReplicationPort } from '../checkout/replication-ports.ts';
import type { TransactionStore } from '../checkout/transaction-ports.ts';
import { ok } from '../domain/result.ts';
import { type Desk, instant } from './desk.ts';
import type { TillOperations } from './operations.ts';
import { TagInspection, tagFromOutside } from './tag-inspection.ts';
import type { Occupation } from './workplace.ts';

export interface DiagnosticsParts {
  readonly reader: ReaderPort;
  readonly replication: ReplicationPort;
  readonly store: Pick<TransactionStore, 'counts'>;
  readonly assignments: AssignmentStore;
  readonly clock: Clock;
  readonly surroundings: SurroundingsPort;
  isSealed(): boolean;
  /** Null while somebody is at work, or the till cannot work: the tag is then not touched. */
  inspect(makeWork: (desk: Desk) => Occupation<TagDetails>): Promise<TagDetails | null>;
}

/** The till from within. It changes nothing, and may be asked at any time: a sale that is going on is not disturbed. */
export function diagnosticsOperations(till: DiagnosticsParts): Pick<TillOperations, 'diagnostics'> {
  return { diagnostics: async () => ok(await diagnostics(till)) };
}

async function diagnostics(till: DiagnosticsParts): Promise<Diagnostics> {
  const { reader, replication, store, surroundings, clock } = till;
  const { state, since, fault, seal } = replication.status;
  return {
    at: instant(clock),
    ...surroundings.diskFacts(),
    reader: { ...reader.status },
    tag: await tagInField(till),
    replication: {
      ...{ state, since, fault },
      seal: seal === 'sealed' && !till.isSealed() ? 'open' : seal,
      lastAcknowledgedAt: store.counts().acknowledgedAt,
    },
    clock: surroundings.clockDifference(),
    recentFaults: [...surroundings.recentFaults()],
  };
}

async function tagInField({ reader, inspect }: DiagnosticsParts): Promise<TagDetails | null> {
  const { presence } = reader;
  if (presence === null) return null;
  const found = await inspect((desk) => new TagInspection(reader, presence, desk.keys));
  return found ?? tagFromOutside(presence);
}
