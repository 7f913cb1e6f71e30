import type { JournalEntry } from '../../../contract/wire/journal.ts';
import type { MemberLookup } from '../../../contract/wire/member-lookup.ts';
import type { TagLookupAnswer } from '../../../contract/wire/tag-lookup.ts';
import { transactionPayloadSchema } from '../../../contract/wire/transaction.ts';
import { accountOf } from '../../till/canteen.ts';
import type { Ledger } from '../model-backend.ts';

const allergicMember: MemberLookup = {
  displayName: 'Mia',
  className: null,
  allergens: ['milk'],
  dailyLimit: null,
  credits: [],
};

/** What the backend has: booked by what tills send, held by what they ask for. */
export class CanteenLedger implements Ledger {
  readonly booked = new Map<string, number>();
  readonly holds = new Map<number, { readonly uid: string; readonly amountMinor: number }>();

  /** By UID, who may not have what is in the cake. */
  readonly allergic = new Set<string>();

  account(uid: string): TagLookupAnswer {
    const balanceMinor = this.booked.get(uid) ?? 0;
    const member = this.allergic.has(uid) ? { member: allergicMember } : {};
    return accountOf(uid, balanceMinor, {
      known: this.booked.has(uid),
      availableMinor: this.#freeMinor(uid),
      ...member,
    });
  }

  hold(terminalTransactionNumber: number, uid: string, amountMinor: number): boolean {
    if (this.#freeMinor(uid) < amountMinor) return false;
    this.holds.set(terminalTransactionNumber, { uid, amountMinor });
    return true;
  }

  book({ kind, payload }: JournalEntry): void {
    if (kind !== 'transaction') return;
    const { terminalTransactionNumber, state, tag, balanceDeltaMinor } = transactionPayloadSchema.parse(payload);
    this.holds.delete(terminalTransactionNumber);
    if (state === 'Committed') this.add(tag.uid, balanceDeltaMinor);
  }

  add(uid: string, deltaMinor: number): void {
    this.booked.set(uid, (this.booked.get(uid) ?? 0) + deltaMinor);
  }

  #freeMinor(uid: string): number {
    const held = [...this.holds.values()].filter((hold) => hold.uid === uid);
    return (this.booked.get(uid) ?? 0) - held.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  }
}
