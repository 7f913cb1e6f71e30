import { createRequire } from 'node:module';
import type * as Smartcard from 'smartcard';
import { PcscError, pcscError } from './pcsc-error.ts';

export type PcscContext = InstanceType<typeof Smartcard.Context>;
export type PcscCard = Smartcard.CardInterface;

/**
 * A new context, which is one connection to the PC/SC service.
 * @throws PcscError `UNAVAILABLE` where `smartcard` is not installed (it is optional: a machine may have no PC/SC
 * library or no compiler), `SERVICE_DOWN` when there is no service to connect to.
 */
export function openContext(): PcscContext {
  const { Context } = loadSmartcard();
  try {
    return new Context();
  } catch (cause) {
    throw pcscError('SCardEstablishContext', cause);
  }
}

let loaded: typeof Smartcard | null = null;

function loadSmartcard(): typeof Smartcard {
  loaded ??= requireSmartcard();
  return loaded;
}

function requireSmartcard(): typeof Smartcard {
  try {
    return createRequire(import.meta.url)('smartcard');
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new PcscError('UNAVAILABLE', `the package "smartcard" cannot be loaded: ${reason}`, cause);
  }
}
