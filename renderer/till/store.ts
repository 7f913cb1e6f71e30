import { create } from 'zustand';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { PrinterView } from '../../contract/ipc/printing.ts';
import type { SimulatorView } from '../../contract/ipc/simulator.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';
import type { Bridge } from '../../electron/preload/bridge.ts';
import type { Catalogue } from './catalogue.ts';

/** What the till said last. Nothing here is decided by the window; null until the first view has come. */
export interface TillStore {
  readonly view: TillView | null;
  /** What is sold here; null until it has come, after the first view. */
  readonly catalogue: Catalogue | null;
  /** Null unless the reader is the simulated one. */
  readonly simulator: SimulatorView | null;
  /** A call that the till refused without leaving its screen; shown until closed or followed by the next one. */
  readonly notice: Fault | null;
  /** How receipts come to paper; null until the application has said. */
  readonly printer: PrinterView | null;
}

export const useTill = create<TillStore>()(() => ({
  view: null,
  catalogue: null,
  simulator: null,
  notice: null,
  printer: null,
}));

/** Where this window is while the till waits for its next customer; `sale` is home. */
export type Place =
  | 'sale'
  | 'free-amount'
  | 'discount'
  | 'undo'
  | 'top-up'
  | 'menu'
  | 'transactions'
  | 'attention'
  | 'replace'
  | 'refund'
  | 'shift'
  | 'staff'
  | 'receipt'
  | 'receipt-settings'
  | 'diagnostics';

/** What a supervisor has to confirm before it can begin; asked again once that is done. */
export interface Pending {
  readonly ask: (klink: Bridge) => Promise<unknown>;
}

/** What is open in this window alone: which page, what was typed. */
export interface WindowState {
  readonly place: Place;
  readonly pending: Pending | null;
  readonly page: number;
  /** Whose receipt the page `receipt` shows. */
  readonly receiptOf: number | null;
  /** On the sale screen: the quantity of the next product, or what is searched for. */
  readonly typed: string;
  /** Letters to be touched, for the search. */
  readonly areLettersShown: boolean;
  readonly isSettingsOpen: boolean;
  readonly isSimulatorOpen: boolean;
}

export const useWindow = create<WindowState>()(() => ({
  place: 'sale',
  pending: null,
  page: 0,
  receiptOf: null,
  typed: '',
  areLettersShown: false,
  isSettingsOpen: false,
  isSimulatorOpen: false,
}));

export function goTo(place: Place): void {
  useWindow.setState({ place });
}
