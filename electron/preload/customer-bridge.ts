/** All that the customer's display can do outside itself, as `window.klinkCustomer`: to be told what to show. */
export interface CustomerBridge {
  /** The current view; unknown until it is parsed with the contract's schema. */
  readonly view: () => Promise<unknown>;
  /** Returns what ends the listening. */
  readonly onView: (listener: (view: unknown) => void) => () => void;
}
