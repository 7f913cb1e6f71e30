/** All that the hidden page of a receipt can do outside itself, as `window.klinkReceipt`. */
export interface ReceiptBridge {
  /** The one receipt it is made for; unknown until it is parsed with the contract's schema. */
  readonly page: () => Promise<unknown>;
  /** It stands, and is so high: now it may be printed. */
  readonly shown: (heightPx: number) => Promise<void>;
}
