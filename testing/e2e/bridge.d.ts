import type { Bridge } from '../../electron/preload/bridge.ts';

declare global {
  interface Window {
    /** What the preload script exposes to the page under test. */
    readonly klink: Bridge;
  }
}
