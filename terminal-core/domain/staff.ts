import type { Purpose } from '../../contract/ipc/till-view.ts';

/** What somebody has to be, and what has to be open, for a piece of work to begin. */
export interface Duty {
  readonly login: boolean;
  /** Every transaction belongs to a shift, so that its cash is in somebody's drawer. */
  readonly shift: boolean;
  readonly supervisor: boolean;
}

const free: Duty = { login: false, shift: false, supervisor: false };
const look: Duty = { ...free, login: true };
const booking: Duty = { ...look, shift: true };
const supervised: Duty = { ...booking, supervisor: true };
/** Gives a balance to a tag, but moves no money of the shift. */
const supervisedLook: Duty = { ...look, supervisor: true };

/** Where an event has cashiers; one without any asks nobody for anything. */
export const duties: Readonly<Record<Purpose, Duty>> = {
  login: free,
  approval: look,
  balance: look,
  issue: look,
  sale: booking,
  'part-payment': booking,
  'top-up': booking,
  'card-top-up': booking,
  'paid-top-up': booking,
  'payment-void': booking,
  adjustment: booking,
  refund: supervised,
  'refund-reversal': supervised,
  chargeback: supervised,
  undo: supervised,
  block: supervised,
  unblock: supervised,
  repair: supervisedLook,
  replacement: supervisedLook,
};

/** A discount gives the merchant's money away: whoever may give goods back may give one. */
export const discountDuty: Duty = supervised;
