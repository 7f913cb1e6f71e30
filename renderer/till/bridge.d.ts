import type { Bridge } from '../../electron/preload/bridge.ts';

declare global {
  interface Window {
    /** What the preload script exposes: all that this window can do outside itself. */
    readonly klink: Bridge;
  }
}
