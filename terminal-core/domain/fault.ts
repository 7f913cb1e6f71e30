import type { Fault, FaultCode } from '../../contract/ipc/fault.ts';

/**
 * The English sentence behind each code, for the command line and for support; it says what happened and what to do.
 * Screens translate by the code instead. `{name}` is filled from the fault's details.
 */
const texts: Readonly<Record<FaultCode, string>> = {
  USAGE: 'The till does not understand this request: {reason}',
  PRODUCT_UNKNOWN:
    'There is no product "{productId}" in the catalogue. Check the code, or fetch the configuration again.',
  AMOUNT_INVALID: 'This amount cannot be used: {reason}',
  CART_EMPTY: 'The cart is empty. Add a product or an amount first.',
  NO_SUCH_TRANSACTION: 'This till has no transaction {terminalTransactionNumber}.',
  NO_CASH_TO_RETURN:
    'Transaction {terminalTransactionNumber} is no aborted cash top-up: there is no cash to give back.',
  NO_RECEIPT: 'Transaction {terminalTransactionNumber} was not completed: there is no receipt for it.',
  BUSY: 'The till is still busy with the tap before. Finish or cancel it first.',
  NOT_CANCELLABLE: 'The tag is being written; this can no longer be cancelled. Keep holding the tag.',
  ALREADY_ENROLLED:
    'This data folder already belongs to assignment {assignmentId}. Use another folder for another till.',

  INSUFFICIENT_FUNDS: 'Not enough money on the tag.',
  BALANCE_UNKNOWN:
    'The balance of this tag is not known here and the backend does not answer. Try again when the till is online.',
  DAILY_LIMIT: 'This member has a limit for each day, and this would be more. Take something out of the cart.',
  ALLERGENS_UNCONFIRMED:
    'The member is allergic to something in the cart ({allergens}). Say that this is known, or sell something else.',
  SESSION_OVER:
    'This was sold on another day or in another session. Only what was sold in the same session is taken back at a till.',
  OFFLINE_TAG_LIMIT:
    'The till is offline, and this tag may buy for no more than {maximumMinor} minor units until it has sent its sales.',
  OFFLINE_TILL_LIMIT:
    'The till is offline, and may sell for no more than {maximumMinor} minor units until it has sent its sales.',
  BALANCE_LIMIT: 'The balance would be higher than this event allows.',
  AMOUNT_LIMIT: 'The amount is higher than this event allows for one transaction.',
  AMOUNT_BELOW_FEE: 'The amount does not cover the fee.',
  CANCELLED: 'Cancelled. Nothing was booked.',
  TAG_NOT_SHOWN: 'No tag was shown in time. Nothing was booked.',
  TAG_GONE: 'The tag left too early. Hold it still and try again.',
  TAG_SERVED: 'This tag has just been served. Take it away first; then the next one counts.',
  TAG_UNKNOWN: 'This tag is blank or not one of ours. Issue it first.',
  TAG_FOREIGN_EDITION: 'This tag belongs to another event.',
  TAG_FORGED: 'This tag claims to be one of ours, but its signature is wrong. Do not accept it; call a supervisor.',
  TAG_CORRUPT: "The tag's contents are damaged. A supervisor can repair it.",
  TAG_BLOCKED: 'This tag is blocked. Send the customer to the information desk.',
  TAG_RANDOM_UID: 'This card shows another number at every tap (a phone or a bank card) and cannot be used.',
  TAG_TOO_SMALL: 'This tag has too little memory.',
  TAG_UNSUPPORTED: 'This kind of tag is not supported: {detail}',
  TAG_ALREADY_ISSUED: 'This tag has already been issued for this event.',
  TAG_UNRESOLVED:
    'An earlier transaction of this tag is unresolved and the tag shows an older state. Call a supervisor.',
  EARLIER_COMMITTED:
    'The transaction before (No. {terminalTransactionNumber}) went through after all: the tag shows it. Nothing more was taken.',
  TAG_CHANGED: 'Another till wrote to the tag in between. Start again.',
  TAG_OTHER: 'This is another tag. Show the same one as before.',
  TAG_PAID_PART: 'This tag has just paid its part. Show the one that pays the rest.',
  TAG_WRITE_FAILED: 'The tag cannot be written. Nothing was booked; give the customer another tag.',
  TAG_NOT_BLOCKED: 'This tag is not blocked.',
  NOTHING_TO_REFUND: 'There is nothing to refund: the balance does not cover the fee.',
  SALE_NOT_FOUND: 'This till has no such sale on this tag. Go to the till that sold, or to the information desk.',
  ALREADY_RETURNED: 'More would be taken back than was sold.',
  PART_PAID: 'Another tag has paid a part of this. Let one pay the rest, or give that part back first.',
  DISCOUNT_CONFIRMED: 'The discount was confirmed for what is in the cart. Take it off to add something.',
  NO_ADJUSTMENT: 'There is nothing to collect for this tag.',
  TAG_NOT_CORRUPT: 'This tag is not damaged: its balance can be read. There is nothing to repair.',
  TAG_UNHEARD_OF:
    'The backend has never heard of this tag. Look at its number again, or wait until every till has sent what it has.',
  TAG_REPAIRED_TOO_OFTEN: 'This tag has been made anew too often. Replace it by another one.',
  BALANCE_BELOW_ZERO:
    'The books of this tag are below zero, by {missingMinor} minor units. An operator has to settle that first.',
  TAG_REPLACED: 'The lost tag has been replaced already; its balance is not given out twice. {detail}',
  TAG_IN_USE: 'This tag already belongs to somebody. Take a blank one.',
  PAYMENT_DECLINED: 'The card was declined. Nothing was charged.',
  PAYMENT_VOIDED: 'The card payment was taken back. Nothing is charged.',
  NO_OPEN_PAYMENT: 'There is no open card payment on this till.',
  LOGIN_NEEDED: 'Nobody is logged in. A cashier has to log in with a PIN or a staff tag first.',
  CASHIER_UNKNOWN: 'No cashier of this event has this PIN or this staff tag.',
  PIN_NOT_UNIQUE: 'Several cashiers have this PIN. Say who you are as well, or show your staff tag.',
  PIN_SLOWED: 'The PIN before was wrong or is still being checked. Wait a few seconds.',
  SUPERVISOR_NEEDED: 'This needs a supervisor, who confirms it with a PIN or a staff tag.',
  SHIFT_NEEDED: 'No shift is open. Open one with the float that is in the drawer.',
  SHIFT_OPEN: 'A shift is open already. Close it first.',
  SHIFT_NOT_OPEN: 'No shift is open.',
  TRAINING: 'This is training: only simulated tags are used, and nothing is ever sent.',
  INTERRUPTED: 'This was broken off before it reached the tag. Nothing was booked.',

  OUTCOME_UNKNOWN: 'It is not known whether the tag was written. Show the same tag again to find out.',

  PAYMENT_OPEN:
    'The card payment of transaction {terminalTransactionNumber} is open ({status}). Finish it with the same tag, or void it.',

  READER_UNAVAILABLE: 'This machine cannot use PC/SC readers: {detail}',
  READER_SERVICE_DOWN: 'The PC/SC service is not running. Start it (pcscd), or use the simulated reader.',
  READER_MISSING: 'No reader is connected. Plug one in.',
  READER_FAULT: 'The reader does not work: {detail} Unplug it and plug it in again.',
  BACKEND_UNREACHABLE:
    'The backend does not answer: {detail} Check the address and the network; whatever the till has booked it sends later.',
  BACKEND_REFUSED: "The backend refuses this till's token. Ask the operator to enrol it again.",
  BACKEND_FAULT: 'The backend answered with an error: {detail}',
  PAYMENT_OFFLINE: 'A card can only pay while the backend answers: {detail} Nothing was charged.',
  ENROLMENT_CODE_INVALID: 'This code is wrong, used or expired. Ask the operator for a new one.',
  NOT_ENROLLED: 'This till is not enrolled yet. Enrol it with the address of the backend and a code.',
  CONFIGURATION_MISSING: 'The catalogue has not been fetched yet. Connect the till to the backend once.',
  MODE_UNSUPPORTED: 'This edition keeps its balances in accounts: nothing is written to its tags.',
  TILL_IN_USE: 'till in use by process {pid}. Close it first, or use another data folder.',
  TILL_STOPPED: 'The till is stopping.',
  SECRETS_SEALED: 'The secrets of this folder were sealed by the application and can only be opened by it.',
  SECRETS_MISSING: 'The secrets of this folder are gone. Export the journal, then enrol the till again.',
  SETTINGS_INVALID: 'The settings file till.json is not valid: {detail}',
  DATABASE_OLDER: 'The database was made by an older release of Klink. Start the till once: that brings it up to date.',
  DATABASE_NEWER: 'The database was made by a newer release of Klink. Use that release or a newer one.',
  DATABASE_EDITED: 'The structure of the database was changed by hand ({detail}). Restore the backup beside it.',
  DATABASE_CORRUPT: 'The database is damaged: {detail} Export what can be read and enrol the till again.',
  DATABASE_UNREACHABLE:
    'The database cannot be read or written: {detail} Check the folder, its permissions and the disk; then start the till again.',
  DISK_FULL: 'The disk is full. Make room, then start the till again; nothing that was confirmed is lost.',
  JOURNAL_FORKED:
    'The backend knows another history of this till: its disk was restored. It sells no more; export the journal and enrol it again.',
  JOURNAL_UNKNOWN:
    'The backend does not know this journal: another till uses this assignment, or the backend was restored. Export the journal and enrol the till again.',
  CHAIN_BROKEN:
    "The journal's chain of hashes is broken. The till sells no more; export the journal and enrol it again.",
  JOURNAL_BEHIND:
    "The backend has more of this till's journal than the till itself: its disk was restored. It sells no more; enrol it again.",
  PRINTER_NONE: 'No receipt printer is chosen. Choose one in the settings of the till.',
  PRINTER_UNREACHABLE: 'The receipt printer cannot be reached: {detail} Nothing was printed; sales go on.',
  PRINTER_NO_PAPER: 'The receipt printer is out of paper. Put a roll in; what waits is printed then.',
  PRINTER_FAULT: 'The receipt printer does not print: {detail}',
  PRINT_UNSURE:
    'The connection to the receipt printer broke off while it printed. Look at the paper, then print again if need be.',
  FILE_NOT_WRITTEN: 'The file cannot be written: {detail}',
  INTERNAL: 'The till found a fault in itself: {detail}',

  ENTRIES_REJECTED: 'The backend rejected {rejectedCount} entries. A supervisor finds them under "needs attention".',
};

/** Makes a fault with its text; `details` fill the text's gaps and travel along for the screens. */
export function fault(code: FaultCode, details?: Readonly<Record<string, string | number>>): Fault {
  const message = texts[code].replaceAll(/\{(\w+)\}/g, (gap, name: string) => String(details?.[name] ?? gap));
  return details === undefined ? { code, message } : { code, message, details: { ...details } };
}
