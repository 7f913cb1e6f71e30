import type { WitnessedTag } from '../klink/tag-witness.ts';

export const deedKinds = ['sale', 'top-up', 'refund'] as const;
export type DeedKind = (typeof deedKinds)[number];

/** What a customer wants, and what it does to the balance. */
export interface Deed {
  readonly kind: DeedKind;
  readonly amountMinor: number;
  readonly deltaMinor: number;
}

/** One transaction that truly is on a wristband. */
export interface Write extends Deed {
  readonly uid: string;
  readonly assignmentId: number;
  readonly terminalTransactionNumber: number;
}

/** The fee of the demo festival. */
export const topUpFeeMinor = 500;

export function sale(amountMinor: number): Deed {
  return { kind: 'sale', amountMinor, deltaMinor: -amountMinor };
}

export function topUp(amountMinor: number): Deed {
  return { kind: 'top-up', amountMinor, deltaMinor: amountMinor - topUpFeeMinor };
}

export function refund(amountMinor: number): Deed {
  return { kind: 'refund', amountMinor, deltaMinor: -amountMinor };
}

/**
 * A customer, and everything that has ever been written to their wristband: the account that till and ledger are held
 * against. It believes nobody but the witness, who reads the wristband after every deed.
 */
export class Wristband {
  readonly uid: string;
  /** Which till it is shown to next. */
  at: number;
  readonly home: number;
  /** How often it may still be used elsewhere before it is shown where its last transaction was cut off. */
  awayLeft = 0;
  balanceMinor = 0;
  transactionNumber = 0;
  readonly writes: Write[] = [];

  constructor(uid: string, home: number) {
    this.uid = uid;
    this.home = home;
    this.at = home;
  }

  /**
   * Notes what a deed has left on it.
   * @returns whether it was written
   * @throws where the wristband holds neither the old image nor exactly this deed's
   */
  note(deed: Deed, assignmentId: number, shown: WitnessedTag | null): boolean {
    const { uid, transactionNumber, balanceMinor } = this;
    if (shown?.transactionNumber === transactionNumber && shown.balanceMinor === balanceMinor) return false;
    const entry = shown?.history[0];
    const isThisDeed =
      shown?.transactionNumber === transactionNumber + 1 &&
      shown.balanceMinor === balanceMinor + deed.deltaMinor &&
      entry?.assignmentId === assignmentId &&
      entry.amountMinor === deed.deltaMinor;
    if (!isThisDeed || entry === undefined)
      throw new Error(
        `${uid} had ${transactionNumber}: ${balanceMinor}, and after ${JSON.stringify(deed)} ${JSON.stringify(shown)}`,
      );
    this.transactionNumber += 1;
    this.balanceMinor = shown.balanceMinor;
    const { terminalTransactionNumber } = entry;
    this.writes.push({ ...deed, uid, assignmentId, terminalTransactionNumber });
    return true;
  }
}
