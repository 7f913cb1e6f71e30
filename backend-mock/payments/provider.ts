/** What the provider says about the payment of a key. What it approved, it names with what it took. */
export type ProviderWord =
  /** `expired`: the time in which the customer could have paid is over; nothing was taken, and nothing will be under this key. */
  | { status: 'pending' | 'declined' | 'voided' | 'expired'; reference: string | null }
  | { status: 'approved'; reference: string; amountMinor: number; currency: string };

export type Charge = {
  /** Names the payment for ever: the same key is charged once, however often it is sent. */
  key: string;
  amountMinor: number;
  currency: string;
  /** A card on file; null: the customer shows one. */
  cardToken: string | null;
};

/**
 * Whoever takes money from cards (protocol.md, "Operator API"). Every call may be repeated, may fail and may never come back: it
 * ends when `signal` says so, and whoever called knows no more than before.
 */
export type PaymentProvider = {
  /** Takes the money, or says how the payment of this key stands. After a {@link PaymentProvider.void} it takes nothing. */
  charge(charge: Charge, signal: AbortSignal): Promise<ProviderWord>;
  /** How a payment stands; `undefined`: the provider has never heard of the key. Takes nothing. */
  look(key: string, signal: AbortSignal): Promise<ProviderWord | undefined>;
  /** Gives the money back or, where it was not taken yet, makes sure that it never is. */
  void(key: string, signal: AbortSignal): Promise<ProviderWord>;
};
