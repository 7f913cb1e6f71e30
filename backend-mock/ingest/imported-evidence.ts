import type { JournalEntry } from '../../contract/wire/journal.ts';
import {
  type TagEventPayload,
  type TagSnapshotPayload,
  tagEventPayloadSchema,
  tagSnapshotPayloadSchema,
} from '../../contract/wire/journal.ts';
import { collectAdjustments } from '../adjustments/collect.ts';
import { readSharedAccounts } from '../ledger/accounts.ts';
import { book } from '../ledger/booking.ts';
import { resolveCustomers } from '../ledger/customers.ts';
import { lockTags } from '../ledger/tags.ts';
import type { Connection } from '../store/database.ts';
import { applyEvidence } from './apply-evidence.ts';
import type { LockedAssignment } from './batch-reads.ts';
import { writeEvidence } from './evidence-writes.ts';
import type { Interpretation } from './interpret.ts';
import { unstorableInstant } from './payload-flaws.ts';
import { postingsOf } from './postings.ts';
import { noteReplacedTags } from './replaced-tags.ts';

/**
 * Lets what an imported journal saw of tags speak as what a till replicates does (protocol.md, ingest rule 2; Q6, Q9): authenticated
 * images hold, prove and contradict, whoever's disk they lay on, and a tag's generations are known. After its transactions were
 * listed, so that what stands there to be settled is not held besides. What cannot be read stays an entry, and no evidence.
 */
export async function applyImportedEvidence(
  connection: Connection,
  assignment: LockedAssignment,
  entries: readonly JournalEntry[],
  now: Date,
): Promise<void> {
  const interpretation: Interpretation = {
    verdicts: [],
    changes: new Map(),
    rejections: [],
    snapshots: entries.flatMap((entry) => snapshotOf(entry)),
    tagEvents: entries.flatMap((entry) => tagEventOf(entry)),
  };
  const { snapshots, tagEvents } = interpretation;
  const uids = new Set([...snapshots, ...tagEvents].map(({ payload }) => payload.uid));
  if (uids.size === 0) return;
  const { editionId } = assignment;
  await lockTags(connection, editionId, uids);
  const customers = await resolveCustomers(connection, editionId, uids, now);
  const { proven } = await applyEvidence(connection, assignment, interpretation, customers, now);
  await writeEvidence(connection, assignment, interpretation, now);
  await noteReplacedTags(connection, assignment, interpretation, now);
  await collectAdjustments(connection, assignment, interpretation, new Map(), now);
  const accounts = await readSharedAccounts(connection, editionId);
  await book(connection, editionId, postingsOf(proven, accounts, customers), now);
}

function snapshotOf({ kind, seq, hash, payload }: JournalEntry) {
  if (kind !== 'tagSnapshot') return [];
  const read: TagSnapshotPayload | undefined = tagSnapshotPayloadSchema.safeParse(payload).data;
  return read === undefined || unstorableInstant(read.readAt) !== undefined
    ? []
    : [{ seq, payload: read, importedHash: hash }];
}

function tagEventOf({ kind, seq, payload }: JournalEntry): { seq: number; payload: TagEventPayload }[] {
  if (kind !== 'tagEvent') return [];
  const read = tagEventPayloadSchema.safeParse(payload).data;
  return read === undefined ? [] : [{ seq, payload: read }];
}
