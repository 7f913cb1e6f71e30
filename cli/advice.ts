import type { FaultCode } from '../contract/ipc/fault.ts';

/**
 * What to do about a fault, for the person at the keyboard; null where the message says it all. Typed over every code, so
 * that a new code without advice does not compile.
 */
const adviceByCode: { readonly [C in FaultCode]: string | null } = {
  USAGE: 'See "klink --help" and "klink COMMAND --help".',
  PRODUCT_UNKNOWN: 'Product codes come from the backend; "klink replicate" fetches the current list.',
  AMOUNT_INVALID: 'Write amounts with a point and at most the decimals of the currency, for example 55.00.',
  CART_EMPTY: 'Give --item CODE:QUANTITY or --amount.',
  BUSY: 'Wait for the tag that is being served.',
  NOT_CANCELLABLE: 'Keep the tag on the reader until the till has finished.',
  ALREADY_ENROLLED: 'Use another --data folder for another till.',
  INSUFFICIENT_FUNDS: 'Top up the tag or take items off the cart.',
  BALANCE_LIMIT: 'The event limits what a tag may hold; top up less.',
  AMOUNT_LIMIT: 'The event limits this amount; use less.',
  AMOUNT_BELOW_FEE: 'The fee is more than the amount; top up more.',
  CANCELLED: null,
  TAG_NOT_SHOWN: 'Hold the tag on the reader and start again.',
  TAG_GONE: 'Nothing was charged. Keep the tag on the reader until the till says so.',
  TAG_UNKNOWN: 'Issue it first with "klink issue".',
  TAG_FOREIGN_EDITION: 'This tag belongs to another event.',
  TAG_FORGED: 'Keep the tag and tell the supervisor.',
  TAG_CORRUPT: 'Do not sell. A supervisor can have it repaired from the ledger.',
  TAG_BLOCKED: 'Send the customer to the service point.',
  TAG_RANDOM_UID: 'Phones and some cards show another number each time; use a wristband of the event.',
  TAG_TOO_SMALL: 'Use a wristband of the event.',
  TAG_UNSUPPORTED: 'Use a wristband of the event.',
  TAG_ALREADY_ISSUED: 'It can be used as it is.',
  TAG_UNRESOLVED: 'First run "klink cleanup --timeout 60" with this tag on the reader.',
  TAG_CHANGED: 'Nothing was charged. Start again with one tag.',
  TAG_WRITE_FAILED: 'Nothing was charged. Try again, or use another tag.',
  INTERRUPTED: 'Nothing was charged. Start again.',
  OUTCOME_UNKNOWN: 'Take no money. Run "klink cleanup --timeout 60" and hold the same tag on the reader again.',
  READER_UNAVAILABLE: 'Install libpcsclite-dev and run "npm ci" again, or use --reader simulated.',
  READER_SERVICE_DOWN: 'Start the smart card service (systemctl start pcscd.socket), or use --reader simulated.',
  READER_MISSING: 'Plug in an NFC reader, check --reader-name, or use --reader simulated.',
  READER_FAULT: 'Unplug the reader and plug it in again.',
  BACKEND_UNREACHABLE: 'The till goes on selling. Check the network and run "klink replicate" later.',
  BACKEND_REFUSED: 'The backend no longer accepts this till; an operator has to enrol it again.',
  BACKEND_FAULT: 'Nothing is lost. Try again later, and tell the operator if it stays.',
  ENROLMENT_CODE_INVALID: 'Ask the operator for a new code: each works once and for a limited time.',
  NOT_ENROLLED: 'Run "klink enrol --backend URL --code CODE" first, or check --data.',
  TILL_IN_USE: 'End that process first, or use another --data folder. "klink status" works meanwhile.',
  TILL_STOPPED: 'Nothing is lost. Run "klink cleanup --timeout 60" and hold the same tag on the reader again.',
  SECRETS_SEALED: 'This folder was sealed by the application; use it there, or enrol another --data folder.',
  SECRETS_MISSING: 'Restore secrets.json of this folder, or have the till enrolled again.',
  SETTINGS_INVALID: 'Correct till.json in the data folder.',
  DATABASE_NEWER: 'Use the newer Klink that wrote this folder.',
  DATABASE_EDITED: 'Restore the folder from its backup, or send "klink export" to support.',
  DATABASE_CORRUPT: 'Stop selling with this folder and send it to support.',
  DISK_FULL: 'Free some space and start again; nothing that was confirmed is lost.',
  JOURNAL_FORKED: 'Save "klink export --file journal.jsonl" for the operator, then enrol a new --data folder.',
  JOURNAL_UNKNOWN: 'Save "klink export --file journal.jsonl" for the operator, then enrol a new --data folder.',
  CHAIN_BROKEN: 'Save "klink export --file journal.jsonl" for the operator, then enrol a new --data folder.',
  JOURNAL_BEHIND: 'This folder is an old copy. Save "klink export --file journal.jsonl", then enrol a new one.',
  INTERNAL: 'Tell support what you did; "klink export" and the lines above help them.',
  ENTRIES_REJECTED: 'An operator sees them in the transition log of the backend and has to resolve each.',
};

export function adviceFor(code: FaultCode): string | null {
  return adviceByCode[code];
}
