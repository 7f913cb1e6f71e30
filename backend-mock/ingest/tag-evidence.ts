import type { TagSnapshotPayload } from '../../contract/wire/journal.ts';
import type { BackendState, TransactionType } from '../../contract/wire/words.ts';

/** What one line of an authenticated tag's history claims: this transaction wrote this number of this tag (Q6). */
export type TagClaim = {
  assignmentId: number;
  terminalTransactionNumber: number;
  uid: string;
  generation: number;
  tagTransactionNumber: number;
  /** Signed change of the balance. */
  deltaMinor: number;
  type: TransactionType;
  /** When the tag was read. */
  seenAt: string;
};

/** Claims of a snapshot: entry i of the history belongs to tag number N − i (tag.md). */
export function claimsOf(snapshot: TagSnapshotPayload): TagClaim[] {
  return snapshot.history.flatMap((line, index) => {
    const tagTransactionNumber = snapshot.transactionNumber - index;
    if (line === null || tagTransactionNumber < 1) return [];
    return [
      {
        assignmentId: line.assignmentId,
        terminalTransactionNumber: line.terminalTransactionNumber,
        uid: snapshot.uid,
        generation: snapshot.generation,
        tagTransactionNumber,
        deltaMinor: line.amountMinor,
        type: line.type,
        seenAt: snapshot.readAt,
      },
    ];
  });
}

/** What the backend has for the (assignment, number) of a claim. */
export type ClaimedTransaction = {
  state: BackendState;
  type: TransactionType;
  /** Null while only the payment of a card top-up is known: its till had not told the tag yet. */
  uid: string | null;
  generation: number | null;
  tagTransactionNumber: number | null;
  deltaMinor: number;
};

export type ClaimVerdict =
  | { verdict: 'nothing' }
  /** Q6: the backend lacks a transaction that lowered the balance; it is held as `Reserve`. */
  | { verdict: 'hold' }
  /** Q6: the backend lacks a transaction that holds nothing; it is listed until its till replicates. */
  | { verdict: 'missing' }
  | { verdict: 'move'; to: 'Reserve' | 'Committed' }
  | { verdict: 'alert'; code: 'EVIDENCE_CONTRADICTS_ABORTED' | 'EVIDENCE_MISMATCH' };

/**
 * Judges a claim against what the backend has (Q6, Q8, Q9, Q49). `unheard`: neither a transaction nor a rejected entry of this
 * number was received. `assignmentKnown`: a hold needs an assignment to belong to.
 */
export function judgeClaim(
  claim: TagClaim,
  found: ClaimedTransaction | undefined,
  { rejected, assignmentKnown }: { rejected: boolean; assignmentKnown: boolean },
): ClaimVerdict {
  if (found === undefined) {
    // A rejected entry was received: the operator resolves it, no till will ever release a hold for it.
    if (rejected) return { verdict: 'nothing' };
    return { verdict: lowersBalance(claim) && assignmentKnown ? 'hold' : 'missing' };
  }
  if (!isSame(claim, found)) return { verdict: 'alert', code: 'EVIDENCE_MISMATCH' };
  switch (found.state) {
    case 'ReservePending':
    case 'ReserveExpired':
      return { verdict: 'move', to: 'Reserve' };
    case 'TerminalConfirmUnknown':
      return judgeUnknown(claim);
    case 'Aborted':
      return { verdict: 'alert', code: 'EVIDENCE_CONTRADICTS_ABORTED' };
    case 'Open':
    case 'Reserve':
    case 'ExternalPending':
    case 'ExternalUnknown':
    case 'Committed':
      return { verdict: 'nothing' };
  }
}

/** Q9: proof of written. What lowers the balance is held; what has no reserve step is booked; a net return waits for its till. */
function judgeUnknown(claim: TagClaim): ClaimVerdict {
  if (lowersBalance(claim)) return { verdict: 'move', to: 'Reserve' };
  return claim.type === 'Purchase' || claim.type === 'Refund'
    ? { verdict: 'nothing' }
    : { verdict: 'move', to: 'Committed' };
}

/** What takes money off a tag is held until its till replicates (Q6). */
export function lowersBalance({ type, deltaMinor }: TagClaim): boolean {
  return (type === 'Purchase' || type === 'Refund') && deltaMinor < 0;
}

/** Q49: UID, generation, tag number, amount and type, beside the (assignment, number) that it was found by. */
function isSame(claim: TagClaim, found: ClaimedTransaction): boolean {
  if (found.uid === null) return claim.deltaMinor === found.deltaMinor && claim.type === found.type;
  return (
    claim.uid === found.uid &&
    claim.generation === found.generation &&
    claim.tagTransactionNumber === found.tagTransactionNumber &&
    claim.deltaMinor === found.deltaMinor &&
    claim.type === found.type
  );
}

/** Distinct claims; `disputed` are those of one (assignment, number) that do not agree with each other (Q49). */
export function sortClaims(claims: readonly TagClaim[]): { agreed: TagClaim[]; disputed: TagClaim[] } {
  const byKey = new Map<string, Map<string, TagClaim>>();
  for (const claim of claims) {
    const { assignmentId, terminalTransactionNumber, seenAt: _seenAt, ...said } = claim;
    const key = `${assignmentId}/${terminalTransactionNumber}`;
    const versions = byKey.get(key) ?? new Map<string, TagClaim>();
    versions.set(JSON.stringify(said), claim);
    byKey.set(key, versions);
  }
  const agreed: TagClaim[] = [];
  const disputed: TagClaim[] = [];
  for (const versions of byKey.values()) (versions.size === 1 ? agreed : disputed).push(...versions.values());
  return { agreed, disputed };
}
