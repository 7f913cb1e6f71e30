import { create } from 'zustand';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { SimulatorView } from '../../contract/ipc/simulator.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';

/** What the till said last. Nothing here is decided by the window; null until the first view has come. */
export interface TillStore {
  readonly view: TillView | null;
  /** Null unless the reader is the simulated one. */
  readonly simulator: SimulatorView | null;
  /** A call that the till refused without leaving its screen; shown until closed or followed by the next one. */
  readonly notice: Fault | null;
}

export const useTill = create<TillStore>()(() => ({ view: null, simulator: null, notice: null }));

/** What is open in this window alone: which panel, which quantity was typed. */
export interface WindowState {
  readonly entry: 'none' | 'free-amount' | 'top-up';
  readonly page: number;
  /** Typed before a product; null counts as one. */
  readonly quantity: number | null;
  readonly isSettingsOpen: boolean;
  readonly isSimulatorOpen: boolean;
}

export const useWindow = create<WindowState>()(() => ({
  entry: 'none',
  page: 0,
  quantity: null,
  isSettingsOpen: false,
  isSimulatorOpen: false,
}));
