/** What went wrong (`title`) and what to do about it (`help`), by the till's fault codes. */
export const faultsEn = {
  USAGE: { title: 'That did not make sense to the till', help: 'Please try again. If it happens again, tell support.' },
  PRODUCT_UNKNOWN: { title: 'This product is not known', help: 'The range may have changed. Choose another product.' },
  AMOUNT_INVALID: { title: 'This amount is not possible', help: 'Enter an amount greater than zero.' },
  CART_EMPTY: { title: 'The cart is empty', help: 'Add a product first.' },
  NO_SUCH_TRANSACTION: { title: 'This till has no such transaction', help: 'Look at the number again.' },
  NO_CASH_TO_RETURN: {
    title: 'No cash to give back',
    help: 'This is no cash top-up that was aborted. Look at the number again.',
  },
  BUSY: { title: 'The till is busy with a tag', help: 'Finish or cancel it first.' },
  NOT_CANCELLABLE: { title: 'Too late to cancel', help: 'The tag is already being written. Keep holding it.' },
  ALREADY_ENROLLED: { title: 'This till is enrolled already', help: 'Another event needs another data folder.' },
  INSUFFICIENT_FUNDS: { title: 'Not enough on the tag', help: 'Take something off the cart, or top up first.' },
  DAILY_LIMIT: {
    title: 'More than today’s limit',
    help: 'There is a limit on what may be bought in one day. Take something off the cart.',
  },
  ALLERGENS_UNCONFIRMED: {
    title: 'Allergy not confirmed',
    help: 'Nothing was booked. Ask, serve something else, or pay again and confirm the warning.',
  },
  SESSION_OVER: {
    title: 'Too late to take this back here',
    help: 'A till takes back only what was sold on the same day in the same session. The office can refund it.',
  },
  BALANCE_UNKNOWN: {
    title: 'Balance not known',
    help: 'The till is offline and has never heard of this tag. Take cash, or try again when it is online.',
  },
  OFFLINE_TAG_LIMIT: {
    title: 'Offline limit of this tag reached',
    help: 'It has bought all it may until the till is online again. Take cash meanwhile.',
  },
  OFFLINE_TILL_LIMIT: {
    title: 'Offline limit of this till reached',
    help: 'It has sold all it may until it is online again. Take cash meanwhile, and look after the network.',
  },
  BALANCE_LIMIT: {
    title: 'Too much for this tag',
    help: 'The tag would hold more than the event allows. Choose a smaller amount.',
  },
  AMOUNT_LIMIT: { title: 'Amount above the limit', help: 'The event allows less at a time. Choose a smaller amount.' },
  AMOUNT_BELOW_FEE: { title: 'Less than the fee', help: 'Nothing would be left for the tag. Choose a greater amount.' },
  CANCELLED: { title: 'Cancelled', help: 'Nothing was taken.' },
  TAG_NOT_SHOWN: { title: 'No tag was shown', help: 'Nothing was taken. Start again when the tag is at hand.' },
  TAG_SERVED: { title: 'Take the tag away first', help: 'It has just been served. Then the next one counts.' },
  TAG_GONE: { title: 'The tag left too early', help: 'Nothing was taken. Start again and keep holding the tag.' },
  TAG_UNKNOWN: { title: 'Not a tag of this event', help: 'Issue it first, or ask for the right wristband.' },
  TAG_FOREIGN_EDITION: {
    title: 'A tag of another event',
    help: 'It holds no money here. Ask for this event’s wristband.',
  },
  TAG_FORGED: { title: 'This tag is not genuine', help: 'Do not accept it. Call the supervisor.' },
  TAG_CORRUPT: { title: 'This tag cannot be read', help: 'Its content is damaged. The supervisor can repair it.' },
  TAG_NOT_CORRUPT: { title: 'This tag is not damaged', help: 'Its balance can be read: there is nothing to repair.' },
  TAG_UNHEARD_OF: {
    title: 'Nobody has heard of this tag',
    help: 'Look at its number again, or wait until every till has sent what it has.',
  },
  TAG_REPAIRED_TOO_OFTEN: { title: 'This tag has been repaired too often', help: 'Replace it by another one.' },
  BALANCE_BELOW_ZERO: { title: 'The books of this tag are below zero', help: 'An operator has to settle that first.' },
  TAG_REPLACED: {
    title: 'This tag has been replaced already',
    help: 'Its balance is on another tag and is not given out twice.',
  },
  TAG_IN_USE: { title: 'This tag belongs to somebody', help: 'Take a blank one.' },
  TAG_BLOCKED: {
    title: 'This tag is blocked',
    help: 'It was reported lost or locked. Send the guest to the info point.',
  },
  TAG_RANDOM_UID: {
    title: 'This chip cannot be used',
    help: 'It shows another number each time, as phones and some cards do. Use a wristband.',
  },
  TAG_TOO_SMALL: {
    title: 'This chip is too small',
    help: 'It has no room for a balance. Use a wristband of the event.',
  },
  TAG_UNSUPPORTED: { title: 'This kind of chip is not supported', help: 'Use a wristband of the event.' },
  TAG_ALREADY_ISSUED: { title: 'This tag is issued already', help: 'It can be used as it is. Look at its balance.' },
  TAG_OTHER: {
    title: 'This is another tag',
    help: 'It stays as it is. Hold the tag here that this is about.',
  },
  TAG_PAID_PART: { title: 'This tag has paid its part', help: 'Now hold the tag here that pays the rest.' },
  TAG_UNRESOLVED: {
    title: 'An earlier transaction is not settled',
    help: 'Hold the tag to the reader once more, so that the till can put it right.',
  },
  TAG_CHANGED: {
    title: 'The tag has changed meanwhile',
    help: 'Another till has used it. Nothing was taken here; start again.',
  },
  TAG_WRITE_FAILED: {
    title: 'The tag could not be written',
    help: 'Nothing was taken. Start again; if it fails again, use another tag.',
  },
  TAG_NOT_BLOCKED: { title: 'This tag is not blocked', help: 'There is nothing to lift.' },
  NOTHING_TO_REFUND: { title: 'Nothing to refund', help: 'The balance does not cover the fee.' },
  SALE_NOT_FOUND: {
    title: 'Sale not found',
    help: 'This till has no such sale on this tag. Go to the till that sold, or to the information desk.',
  },
  ALREADY_RETURNED: { title: 'Already taken back', help: 'More would come back than was sold.' },
  PART_PAID: {
    title: 'A part is paid already',
    help: 'Another tag has paid a part of this sale. Let a tag pay the rest, or give that part back first.',
  },
  DISCOUNT_CONFIRMED: {
    title: 'The discount was confirmed for this cart',
    help: 'Take the discount off to add something, then have it confirmed again.',
  },
  PAYMENT_DECLINED: { title: 'Card declined', help: 'Nothing was charged. Another card, or cash.' },
  PAYMENT_VOIDED: {
    title: 'Card payment taken back',
    help: 'Nothing is charged to the card, and nothing is on the tag.',
  },
  NO_OPEN_PAYMENT: { title: 'No open card payment', help: 'There is nothing to finish or to take back.' },
  NO_ADJUSTMENT: { title: 'Nothing to collect', help: 'The tag is up to date.' },
  LOGIN_NEEDED: { title: 'Nobody is logged in', help: 'Type your PIN or show your staff tag first.' },
  CASHIER_UNKNOWN: { title: 'Not known here', help: 'No cashier of this event has this PIN or this tag. Try again.' },
  PIN_NOT_UNIQUE: { title: 'Several people have this PIN', help: 'Choose your name, or show your staff tag.' },
  PIN_SLOWED: { title: 'One moment', help: 'The PIN before was wrong or is still being checked. Wait a few seconds.' },
  SUPERVISOR_NEEDED: { title: 'A supervisor is needed', help: 'Let one confirm it with a PIN or a staff tag.' },
  SHIFT_NEEDED: { title: 'No shift is open', help: 'Count the float in the drawer and open a shift.' },
  SHIFT_OPEN: { title: 'A shift is open already', help: 'Close it first: count the drawer.' },
  SHIFT_NOT_OPEN: { title: 'No shift is open', help: 'There is nothing to report or to close.' },
  TRAINING: { title: 'This is training', help: 'Only simulated tags are used, and nothing is ever sent.' },
  EARLIER_COMMITTED: {
    title: 'Paid already',
    help: 'The transaction before went through after all: the tag shows it. Nothing more was taken.',
  },
  INTERRUPTED: { title: 'Interrupted', help: 'This was broken off before it reached the tag. Nothing was taken.' },
  PAYMENT_OPEN: {
    title: 'A card payment is open',
    help: 'Finish it with the same tag, or give the money back to the card. Then the next card can pay.',
  },
  OUTCOME_UNKNOWN: {
    title: 'Not known yet',
    help: 'Show the same tag to this till again. Do not book it a second time.',
  },
  READER_UNAVAILABLE: {
    title: 'This computer has no NFC support',
    help: 'Install the reader’s software, or use the simulated reader.',
  },
  READER_SERVICE_DOWN: {
    title: 'The reader service does not run',
    help: 'Start the smart card service (pcscd) of this computer.',
  },
  READER_MISSING: { title: 'No reader', help: 'Plug the NFC reader in.' },
  READER_FAULT: { title: 'The reader does not answer', help: 'Unplug it, wait a moment, plug it in again.' },
  BACKEND_UNREACHABLE: { title: 'The backend cannot be reached', help: 'Check the address and the network.' },
  BACKEND_REFUSED: {
    title: 'The backend refused this till',
    help: 'Its permission was withdrawn or has changed. Tell the operator.',
  },
  PAYMENT_OFFLINE: {
    title: 'Cards need the network',
    help: 'The backend does not answer, so that no card can pay. Nothing was charged; take cash or try again.',
  },
  BACKEND_FAULT: { title: 'The backend has a problem', help: 'The till keeps everything and tries again by itself.' },
  ENROLMENT_CODE_INVALID: {
    title: 'This code is not valid',
    help: 'Check the spelling. A code works once; ask for a new one.',
  },
  NOT_ENROLLED: { title: 'This till is not enrolled', help: 'Enter the backend’s address and a one-time code.' },
  CONFIGURATION_MISSING: {
    title: 'The range has not arrived yet',
    help: 'The till needs the network once, to fetch products and prices. It tries by itself.',
  },
  MODE_UNSUPPORTED: {
    title: 'Not at this event',
    help: 'Its balances are kept in the backend: nothing is written to its tags.',
  },
  TILL_IN_USE: {
    title: 'This till is open elsewhere',
    help: 'Another program uses the same data. Close it there first.',
  },
  TILL_STOPPED: {
    title: 'The till is being started again',
    help: 'Wait a moment. Whatever was cut off is put in order first.',
  },
  SECRETS_SEALED: {
    title: 'The keys are locked',
    help: 'They were sealed by another user or computer. Sign in as that user, or enrol again.',
  },
  SECRETS_MISSING: { title: 'The keys are missing', help: 'This till has to be enrolled again. Tell the operator.' },
  SETTINGS_INVALID: { title: 'The till’s settings are not valid', help: 'Correct till.json in the data folder.' },
  DATABASE_OLDER: {
    title: 'The data is from an older version',
    help: 'Start the till once: that brings it up to date.',
  },
  DATABASE_NEWER: { title: 'The data is from a newer version', help: 'Update Klink on this computer.' },
  DATABASE_EDITED: {
    title: 'The data was changed from outside',
    help: 'Nothing can be sold with it any more. Keep the data folder and tell support, who reads out what can still be saved. Never put an older copy in its place.',
  },
  DATABASE_CORRUPT: {
    title: 'The data is damaged',
    help: 'Nothing can be sold with it any more. Keep the data folder and tell support, who reads out what can still be saved. Never put an older copy in its place.',
  },
  DATABASE_UNREACHABLE: {
    title: 'The database cannot be reached',
    help: 'Check the folder, its permissions and the disk, then start the till again.',
  },
  DISK_FULL: { title: 'The disk is full', help: 'Make room on this computer. Nothing can be sold until then.' },
  JOURNAL_FORKED: {
    title: 'The backend has other data of this till',
    help: 'This till’s disk seems to be an old copy. Stop selling and tell the operator.',
  },
  JOURNAL_UNKNOWN: {
    title: 'The backend does not know this till',
    help: 'It may have been restored. Stop selling and tell the operator.',
  },
  CHAIN_BROKEN: {
    title: 'The journal is damaged',
    help: 'What this till has written down was changed, and is not sent. Tell the operator; “klink export” saves the journal for support. Never put an older copy in its place.',
  },
  JOURNAL_BEHIND: {
    title: 'This till’s data is too old',
    help: 'The backend has seen more of it. Stop selling and tell the operator.',
  },
  NO_RECEIPT: {
    title: 'No receipt for this',
    help: 'It was not completed, so nothing was paid and there is nothing to print.',
  },
  PRINTER_NONE: {
    title: 'No printer chosen',
    help: 'Choose one under “This till”, or show the QR code instead.',
  },
  PRINTER_UNREACHABLE: {
    title: 'The printer cannot be reached',
    help: 'Is it switched on and connected? Nothing was printed. Selling goes on as usual.',
  },
  PRINTER_NO_PAPER: {
    title: 'The printer is out of paper',
    help: 'Put a new roll in. What waits is printed by itself then.',
  },
  PRINTER_FAULT: {
    title: 'The printer does not print',
    help: 'Is the lid closed, is a light flashing? Selling goes on as usual.',
  },
  PRINT_UNSURE: {
    title: 'Perhaps not printed',
    help: 'The connection broke off while it was printing. Look at the paper, then print again if need be.',
  },
  FILE_NOT_WRITTEN: {
    title: 'The file could not be saved',
    help: 'Choose another folder, or make room on the disk.',
  },
  INTERNAL: {
    title: 'The till has stopped',
    help: 'Something happened that must not happen. Nothing goes on by guesswork. Tell support.',
  },
  ENTRIES_REJECTED: {
    title: 'The backend did not book everything',
    help: 'Show it to a supervisor. The till goes on selling.',
  },
};
