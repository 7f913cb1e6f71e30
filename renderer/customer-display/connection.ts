import { create } from 'zustand';
import { type CustomerView, customerViewSchema } from '../../contract/ipc/customer-view.ts';
import type { CustomerBridge } from '../../electron/preload/customer-bridge.ts';

declare global {
  interface Window {
    /** What the preload script of the customer's display exposes. */
    readonly klinkCustomer: CustomerBridge;
  }
}

/** What the customer is shown; null until the first view has come. */
export const useCustomer = create<{ readonly view: CustomerView | null }>()(() => ({ view: null }));

const show = (value: unknown): void => useCustomer.setState({ view: customerViewSchema.parse(value) });

/** Feeds the display with every view, from the current one on. */
export function connectDisplay(bridge: CustomerBridge): void {
  bridge.onView(show);
  // The answer may come after a newer view, which must not be overwritten.
  void bridge.view().then((view) => {
    if (useCustomer.getState().view === null && view !== null) show(view);
  });
}
