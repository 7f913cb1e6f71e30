import type { Product } from '../../../contract/wire/configuration.ts';
import type { Ending } from '../model-words.ts';

/** The rules of the canteen, in minor units. */
export const canteenRules = {
  maximumBalanceMinor: 30_000,
  overdraftMinor: 300,
  offlinePerTagMinor: 2_500,
  offlinePerTillMinor: 4_000,
} as const;

/** What is in it, not everybody may have. */
export const cake: Product = {
  ...{ productId: 'cake', name: 'Cake', priceMinor: 300, merchantId: 'bar', taxRate: null, colour: 'rose' },
  meal: false,
  allergens: ['milk'],
};

export type AccountWish =
  | { readonly kind: 'sale'; readonly amountMinor: number }
  | { readonly kind: 'top-up'; readonly amountMinor: number }
  | { readonly kind: 'refund'; readonly amountMinor: number | null }
  | { readonly kind: 'chargeback' }
  | { readonly kind: 'balance' };

/** What was booked on an account by this till, in the order of its numbers. */
export interface AccountRow {
  readonly number: number;
  readonly tag: number;
  readonly type: 'Purchase' | 'TopUp' | 'Refund' | 'Chargeback';
  readonly deltaMinor: number;
  readonly reference: number | null;
  state: 'Open' | 'TerminalConfirmStarted' | 'Committed' | 'Aborted';
  isReserved: boolean;
  /** The till knows that the backend has it. */
  isAcknowledged: boolean;
}

/** What the backend last said of an account, and how much this till has booked since. */
interface Told {
  balanceMinor: number;
  freeMinor: number;
}

/** What a wish comes to on an account. */
export interface AccountCharge {
  readonly type: AccountRow['type'];
  readonly deltaMinor: number;
  readonly reference: number | null;
}

/** A till in account mode by the rules alone (Q52), with the true balances beside what the till believes. */
export class AccountModel {
  /** By tag: everything that was ever booked, whether the backend knows of it yet or not. */
  readonly trueMinor: number[];
  readonly told: (Told | null)[];
  readonly rows: AccountRow[] = [];
  isBackendUp = true;
  /** As the till believes; null before it has asked. */
  isOnline: boolean | null = null;
  ending: Ending | null = null;
  screen: 'sale' | 'tap' | 'done' | 'refused' = 'sale';
  reservation: 'held' | 'no-answer' = 'held';
  readonly heldByOthersMinor: number[];

  constructor(tagCount: number) {
    this.trueMinor = Array.from({ length: tagCount }, () => 0);
    this.told = this.trueMinor.map(() => null);
    this.heldByOthersMinor = [...this.trueMinor];
  }

  // --- what the till believes ---

  known(tag: number): Told | null {
    const told = this.told[tag] ?? null;
    const own = this.rows.filter((row) => row.tag === tag && row.state === 'Committed' && !row.isAcknowledged);
    if (!told && own.length === 0) return null;
    const sum = own.reduce((total, { deltaMinor }) => total + deltaMinor, 0);
    return { balanceMinor: (told?.balanceMinor ?? 0) + sum, freeMinor: (told?.freeMinor ?? 0) + sum };
  }

  exposureMinor(tag: number | null): number {
    return this.rows
      .filter((row) => row.state === 'Committed' && row.deltaMinor < 0 && !row.isReserved && !row.isAcknowledged)
      .filter((row) => tag === null || row.tag === tag)
      .reduce((sum, { deltaMinor }) => sum - deltaMinor, 0);
  }

  /** Everything is sent; what was sent is part of what the till was last told, until it is told anew. */
  acknowledge(): void {
    for (const row of this.rows) {
      if (row.isAcknowledged) continue;
      row.isAcknowledged = true;
      const told = this.told[row.tag];
      if (row.state !== 'Committed') continue;
      if (told)
        Object.assign(told, {
          balanceMinor: told.balanceMinor + row.deltaMinor,
          freeMinor: told.freeMinor + row.deltaMinor,
        });
      else this.told[row.tag] = { balanceMinor: row.deltaMinor, freeMinor: row.deltaMinor };
    }
  }

  tell(tag: number, balanceMinor: number, freeMinor: number): void {
    this.told[tag] = { balanceMinor, freeMinor: Math.min(balanceMinor, freeMinor) };
  }

  // --- what a wish comes to ---

  chargeOf(wish: Exclude<AccountWish, { kind: 'balance' }>, tag: number): AccountCharge | string {
    switch (wish.kind) {
      case 'sale':
        return { type: 'Purchase', deltaMinor: -wish.amountMinor, reference: null };
      case 'top-up':
        return { type: 'TopUp', deltaMinor: wish.amountMinor, reference: null };
      case 'refund': {
        const paidMinor = wish.amountMinor ?? this.known(tag)?.freeMinor ?? 0;
        return paidMinor > 0 ? { type: 'Refund', deltaMinor: -paidMinor, reference: null } : 'NOTHING_TO_REFUND';
      }
      case 'chargeback': {
        const isSale = (row: AccountRow) => row.type === 'Purchase' && row.state === 'Committed' && row.tag === tag;
        const sale = this.rows.findLast(isSale);
        if (!sale) return 'SALE_NOT_FOUND';
        const isBack = this.rows.some(({ reference, state }) => reference === sale.number && state !== 'Aborted');
        return isBack
          ? 'ALREADY_RETURNED'
          : { type: 'Chargeback', deltaMinor: -sale.deltaMinor, reference: sale.number };
      }
    }
  }

  /** Whether the till may book on its own word (Q52); null where it may. */
  deniedOnOwnWord(tag: number, deltaMinor: number): string | null {
    const known = this.known(tag);
    const { maximumBalanceMinor, overdraftMinor, offlinePerTagMinor, offlinePerTillMinor } = canteenRules;
    if (deltaMinor >= 0) return (known?.balanceMinor ?? 0) + deltaMinor > maximumBalanceMinor ? 'BALANCE_LIMIT' : null;
    if (-deltaMinor > (known?.freeMinor ?? 0) + overdraftMinor) return known ? 'INSUFFICIENT_FUNDS' : 'BALANCE_UNKNOWN';
    if (this.exposureMinor(tag) - deltaMinor > offlinePerTagMinor) return 'OFFLINE_TAG_LIMIT';
    return this.exposureMinor(null) - deltaMinor > offlinePerTillMinor ? 'OFFLINE_TILL_LIMIT' : null;
  }

  open(tag: number, charge: AccountCharge): AccountRow {
    const number = this.rows.length + 1;
    const row: AccountRow = { ...charge, number, tag, state: 'Open', isReserved: false, isAcknowledged: false };
    this.rows.push(row);
    return row;
  }

  commit(row: AccountRow): void {
    row.state = 'Committed';
    this.trueMinor[row.tag] = (this.trueMinor[row.tag] ?? 0) + row.deltaMinor;
  }

  end(result: Ending['result'], code: string | null): void {
    this.ending = { result, code };
    this.screen = code === null ? 'done' : code === 'CANCELLED' ? 'sale' : 'refused';
  }

  restart(): void {
    this.isOnline = null;
    this.ending = null;
    this.screen = 'sale';
  }
}
