/** What the gateway says about giving a payment back. */
export type RefundWord = 'refunded' | 'declined' | 'pending';

export type RefundOrder = {
  /** Names the refund for ever: the same key pays once, however often it is sent. */
  key: string;
  amountMinor: number;
  currency: string;
  /** The payment that goes back. */
  paymentReference: string;
};

/** Whoever gives money back to cards (Q21). The call may be repeated, may fail and may never come back. */
export type RefundGateway = {
  /** Pays, or says how the refund of this key stands. */
  refund(order: RefundOrder, signal: AbortSignal): Promise<RefundWord>;
};
