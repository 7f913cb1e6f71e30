import type { Fault, FaultCode } from '../contract/ipc/fault.ts';

/** What a piece of work of the command line gives back: a result, or a fault with its stable code. Never an exception. */
export type Answer<T> = { readonly ok: true; readonly result: T } | { readonly ok: false; readonly fault: Fault };

/** The work is done, with this. */
export function answered<T>(result: T): Answer<T> {
  return { ok: true, result };
}

/** It is not done, and why. */
export function faulted(code: FaultCode, message: string): Answer<never> {
  return { ok: false, fault: { code, message } };
}
