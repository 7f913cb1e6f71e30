/** What a failure means for whoever talks to a card; `message` says it in full. */
export const pcscErrorCodes = [
  'UNAVAILABLE',
  'SERVICE_DOWN',
  'CARD_REMOVED',
  'CARD_RESET',
  'CARD_UNRESPONSIVE',
  'READER_GONE',
  'OTHER',
] as const;
export type PcscErrorCode = (typeof pcscErrorCodes)[number];

/** What the watching of readers fails with when the service is killed: there is no card it could be about. */
const lostConnection = 'Communication error';

/** `smartcard` tells failures apart by their text alone. */
const codeOfMessage: ReadonlyMap<string, PcscErrorCode> = new Map([
  ['PC/SC service not running', 'SERVICE_DOWN'],
  ['PC/SC service stopped', 'SERVICE_DOWN'],
  // A context or handle of a service that has gone and come back.
  ['Invalid handle', 'SERVICE_DOWN'],
  ['Context is not valid', 'SERVICE_DOWN'],
  ['Card was removed', 'CARD_REMOVED'],
  ['No smart card present', 'CARD_REMOVED'],
  ['Card is not connected', 'CARD_REMOVED'],
  ['Card was reset', 'CARD_RESET'],
  ['Card is unresponsive', 'CARD_UNRESPONSIVE'],
  ['Card is unpowered', 'CARD_UNRESPONSIVE'],
  ['Unknown reader', 'READER_GONE'],
  ['Reader unavailable', 'READER_GONE'],
  ['No readers available', 'READER_GONE'],
]);

/** What the PC/SC service says went wrong, by a code that is the same on every system. */
export class PcscError extends Error {
  override readonly name = 'PcscError';
  readonly code: PcscErrorCode;

  constructor(code: PcscErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** The error of one call into the PC/SC service, e.g. `SCardTransmit: Card was removed`. */
export function pcscError(call: string, cause: unknown): PcscError {
  if (cause instanceof PcscError) {
    return cause;
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  return new PcscError(codeOfMessage.get(message) ?? 'OTHER', `${call}: ${message}`, cause);
}

/** The error of whatever watches the service, for which a broken connection, also while it is made, is the service's end. */
export function watchError(cause: unknown): PcscError {
  const error = pcscError('SCardGetStatusChange', cause);
  const isLost = error.cause instanceof Error && error.cause.message === lostConnection;
  return isLost ? new PcscError('SERVICE_DOWN', 'PC/SC service: the connection is lost', error.cause) : error;
}
