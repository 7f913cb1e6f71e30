/**
 * The till's first schema. Reviewed by hand: STRICT tables, CHECKs and triggers state a second time what the code states
 * once (docs/invariants.md), so that a mistake has to be made twice.
 */
export const firstSale = /* sql */ `
CREATE TABLE assignment (
  singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
  assignment_id INTEGER NOT NULL CHECK (assignment_id >= 1),
  terminal_id TEXT NOT NULL,
  terminal_name TEXT NOT NULL,
  backend_url TEXT NOT NULL,
  journal_id TEXT NOT NULL CHECK (length(journal_id) = 32),
  edition TEXT NOT NULL CHECK (json_valid(edition)),
  enrolled_at TEXT NOT NULL,
  last_terminal_transaction_number INTEGER NOT NULL DEFAULT 0 CHECK (last_terminal_transaction_number >= 0),
  halted_code TEXT
) STRICT;

CREATE TABLE configuration (
  singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
  etag TEXT NOT NULL,
  body TEXT NOT NULL CHECK (json_valid(body)),
  fetched_at TEXT NOT NULL
) STRICT;

CREATE TABLE txn (
  terminal_transaction_number INTEGER PRIMARY KEY CHECK (terminal_transaction_number >= 1),
  state_version INTEGER NOT NULL CHECK (state_version >= 1),
  state TEXT NOT NULL CHECK (state IN ('Open', 'TerminalConfirmStarted', 'TerminalConfirmUnknown', 'Committed', 'Aborted')),
  effect TEXT,
  type TEXT NOT NULL CHECK (type IN ('TopUp', 'Purchase', 'Chargeback', 'Refund', 'TagAdjustment')),
  payment_method TEXT NOT NULL CHECK (payment_method IN ('tag', 'cash', 'card', 'online', 'none')),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
  balance_delta_minor INTEGER NOT NULL,
  tag_uid TEXT NOT NULL,
  tag_generation INTEGER NOT NULL CHECK (tag_generation BETWEEN 1 AND 255),
  tag_transaction_number INTEGER NOT NULL CHECK (tag_transaction_number BETWEEN 1 AND 4294967295),
  balance_before_minor INTEGER NOT NULL,
  balance_after_minor INTEGER NOT NULL,
  merchant_id TEXT,
  opened_at TEXT NOT NULL,
  write_started_at TEXT,
  slots_before BLOB CHECK (length(slots_before) = 128),
  slots_after BLOB CHECK (length(slots_after) = 128),
  target_slot INTEGER CHECK (target_slot IN (0, 1)),
  ended_at TEXT,
  abort_reason TEXT,
  CHECK (balance_after_minor = balance_before_minor + balance_delta_minor),
  -- The images are durable before the first write command, or nothing was written at all.
  CHECK ((write_started_at IS NULL) = (slots_before IS NULL)),
  CHECK ((write_started_at IS NULL) = (slots_after IS NULL)),
  CHECK ((write_started_at IS NULL) = (target_slot IS NULL)),
  CHECK (state <> 'Open' OR write_started_at IS NULL),
  CHECK (state NOT IN ('Committed', 'TerminalConfirmUnknown') OR write_started_at IS NOT NULL),
  CHECK ((state IN ('Committed', 'Aborted')) = (ended_at IS NOT NULL)),
  CHECK ((state = 'Aborted') = (abort_reason IS NOT NULL))
) STRICT;
CREATE INDEX txn_unresolved ON txn (tag_uid) WHERE state IN ('Open', 'TerminalConfirmStarted', 'TerminalConfirmUnknown');

CREATE TABLE txn_item (
  terminal_transaction_number INTEGER NOT NULL REFERENCES txn,
  line INTEGER NOT NULL CHECK (line >= 1),
  kind TEXT NOT NULL,
  debit_account TEXT NOT NULL,
  credit_account TEXT NOT NULL CHECK (credit_account <> debit_account),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  product_id TEXT,
  name TEXT,
  quantity INTEGER CHECK (quantity >= 1),
  unit_price_minor INTEGER CHECK (unit_price_minor >= 0),
  tax_rate TEXT,
  PRIMARY KEY (terminal_transaction_number, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE txn_state_log (
  terminal_transaction_number INTEGER NOT NULL REFERENCES txn,
  state_version INTEGER NOT NULL,
  from_state TEXT,
  to_state TEXT NOT NULL,
  at TEXT NOT NULL,
  cause TEXT NOT NULL,
  PRIMARY KEY (terminal_transaction_number, state_version)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
  seq INTEGER PRIMARY KEY CHECK (seq >= 1),
  kind TEXT NOT NULL CHECK (kind IN ('transaction', 'tagSnapshot', 'tagEvent', 'shift')),
  at TEXT NOT NULL,
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  hash TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;

CREATE TABLE journal_result (
  seq INTEGER PRIMARY KEY REFERENCES journal,
  code TEXT NOT NULL,
  message TEXT NOT NULL,
  received_at TEXT NOT NULL,
  resolved_at TEXT
) STRICT;

CREATE TABLE replication_cursor (
  singleton INTEGER PRIMARY KEY CHECK (singleton = 1),
  acknowledged_seq INTEGER NOT NULL DEFAULT 0 CHECK (acknowledged_seq >= 0),
  acknowledged_at TEXT
) STRICT;

CREATE TABLE tag_snapshot (
  tag_uid TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  seen_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE monitor (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  kind TEXT NOT NULL,
  tag_uid TEXT NOT NULL,
  terminal_transaction_number INTEGER NOT NULL REFERENCES txn,
  UNIQUE (kind, terminal_transaction_number)
) STRICT;

-- INV-04: a number is the next one, never one that was used.
CREATE TRIGGER txn_number_is_next BEFORE INSERT ON txn
WHEN NEW.terminal_transaction_number IS NOT (SELECT last_terminal_transaction_number FROM assignment)
  -- INSERT OR REPLACE deletes without asking the triggers for DELETE.
  OR EXISTS (SELECT 1 FROM txn WHERE terminal_transaction_number = NEW.terminal_transaction_number)
BEGIN SELECT RAISE(ABORT, 'INV-04 terminal transaction number is not the one just drawn'); END;
CREATE TRIGGER number_only_rises BEFORE UPDATE OF last_terminal_transaction_number ON assignment
WHEN NEW.last_terminal_transaction_number <> OLD.last_terminal_transaction_number + 1
BEGIN SELECT RAISE(ABORT, 'INV-04 terminal transaction numbers rise by one'); END;
CREATE TRIGGER assignment_is_the_only_one BEFORE INSERT ON assignment
WHEN EXISTS (SELECT 1 FROM assignment) OR NEW.last_terminal_transaction_number <> 0
BEGIN SELECT RAISE(ABORT, 'INV-04 a database has one assignment, whose numbers begin at 1'); END;
CREATE TRIGGER assignment_is_fixed BEFORE UPDATE ON assignment
WHEN NEW.singleton <> OLD.singleton OR NEW.assignment_id <> OLD.assignment_id OR NEW.journal_id <> OLD.journal_id
BEGIN SELECT RAISE(ABORT, 'INV-04 a database belongs to one assignment and one journal'); END;
CREATE TRIGGER assignment_stays BEFORE DELETE ON assignment
BEGIN SELECT RAISE(ABORT, 'INV-04 the assignment is not deleted'); END;
CREATE TRIGGER txn_begins_open BEFORE INSERT ON txn WHEN NEW.state <> 'Open' OR NEW.state_version <> 1
BEGIN SELECT RAISE(ABORT, 'INV-06 a transaction begins as Open'); END;

-- INV-06: legal changes of state only, none out of a final state, and each with the next version.
CREATE TRIGGER txn_transition BEFORE UPDATE OF state ON txn
WHEN NOT (
  (OLD.state = 'Open' AND NEW.state IN ('TerminalConfirmStarted', 'Aborted')) OR
  (OLD.state = 'TerminalConfirmStarted' AND NEW.state IN ('Committed', 'Aborted', 'TerminalConfirmUnknown')) OR
  (OLD.state = 'TerminalConfirmUnknown' AND NEW.state IN ('Committed', 'Aborted'))
) OR NEW.state_version <> OLD.state_version + 1
BEGIN SELECT RAISE(ABORT, 'INV-06 illegal change of state'); END;
CREATE TRIGGER txn_is_fixed BEFORE UPDATE ON txn
WHEN NEW.terminal_transaction_number <> OLD.terminal_transaction_number OR NEW.type <> OLD.type
  OR NEW.amount_minor <> OLD.amount_minor OR NEW.balance_delta_minor <> OLD.balance_delta_minor
  OR NEW.payment_method <> OLD.payment_method OR NEW.currency <> OLD.currency
  OR NEW.merchant_id IS NOT OLD.merchant_id OR NEW.opened_at <> OLD.opened_at
  OR NEW.tag_uid <> OLD.tag_uid OR NEW.tag_transaction_number <> OLD.tag_transaction_number
  OR NEW.tag_generation <> OLD.tag_generation OR NEW.balance_before_minor <> OLD.balance_before_minor
  OR NEW.balance_after_minor <> OLD.balance_after_minor
  OR (NEW.state_version <> OLD.state_version AND NEW.state = OLD.state)
  OR OLD.state IN ('Committed', 'Aborted')
BEGIN SELECT RAISE(ABORT, 'INV-06 a transaction does not change but in its state'); END;
-- INV-07: one tag number, one image a transaction: what may have been written is never exchanged afterwards.
CREATE TRIGGER txn_images_fixed BEFORE UPDATE ON txn
WHEN OLD.write_started_at IS NOT NULL AND (
  NEW.write_started_at IS NOT OLD.write_started_at OR NEW.slots_before IS NOT OLD.slots_before
  OR NEW.slots_after IS NOT OLD.slots_after OR NEW.target_slot IS NOT OLD.target_slot)
BEGIN SELECT RAISE(ABORT, 'INV-07 the images of a started write are not exchanged'); END;
CREATE TRIGGER txn_stays BEFORE DELETE ON txn BEGIN SELECT RAISE(ABORT, 'INV-06 transactions are not deleted'); END;
CREATE TRIGGER txn_item_of_open BEFORE INSERT ON txn_item
WHEN (SELECT state FROM txn WHERE terminal_transaction_number = NEW.terminal_transaction_number) IS NOT 'Open'
  OR EXISTS (SELECT 1 FROM txn_item
    WHERE terminal_transaction_number = NEW.terminal_transaction_number AND line = NEW.line)
BEGIN SELECT RAISE(ABORT, 'INV-01 items are fixed when the transaction is opened'); END;
-- Debits less credits of the customer are what the tag is changed by, before it may be.
CREATE TRIGGER txn_items_balance BEFORE UPDATE OF state ON txn
WHEN OLD.state = 'Open' AND NEW.balance_delta_minor <> (
  SELECT coalesce(sum(CASE
    WHEN debit_account = 'customer' OR debit_account LIKE 'customer/%' THEN amount_minor
    WHEN credit_account = 'customer' OR credit_account LIKE 'customer/%' THEN -amount_minor
    ELSE 0 END), 0)
  FROM txn_item WHERE terminal_transaction_number = NEW.terminal_transaction_number)
BEGIN SELECT RAISE(ABORT, 'INV-01 the items come to another amount than the tag is changed by'); END;
CREATE TRIGGER txn_item_fixed BEFORE UPDATE ON txn_item BEGIN SELECT RAISE(ABORT, 'INV-01 items are not changed'); END;
CREATE TRIGGER txn_item_stays BEFORE DELETE ON txn_item BEGIN SELECT RAISE(ABORT, 'INV-01 items are not deleted'); END;
CREATE TRIGGER txn_state_log_new BEFORE INSERT ON txn_state_log
WHEN EXISTS (SELECT 1 FROM txn_state_log
  WHERE terminal_transaction_number = NEW.terminal_transaction_number AND state_version = NEW.state_version)
BEGIN SELECT RAISE(ABORT, 'INV-06 the log of states is not changed'); END;
CREATE TRIGGER txn_state_log_fixed BEFORE UPDATE ON txn_state_log BEGIN SELECT RAISE(ABORT, 'INV-06 the log of states is not changed'); END;
CREATE TRIGGER txn_state_log_stays BEFORE DELETE ON txn_state_log BEGIN SELECT RAISE(ABORT, 'INV-06 the log of states is not deleted'); END;

-- INV-05: the journal has no gap, is never changed and never deleted.
CREATE TRIGGER journal_no_gap BEFORE INSERT ON journal
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM journal)
BEGIN SELECT RAISE(ABORT, 'INV-05 the journal has no gap'); END;
CREATE TRIGGER journal_fixed BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'INV-05 the journal is never changed'); END;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'INV-05 the journal is never deleted'); END;
CREATE TRIGGER cursor_only_rises BEFORE UPDATE OF acknowledged_seq ON replication_cursor
WHEN NEW.acknowledged_seq < OLD.acknowledged_seq OR NEW.acknowledged_seq > (SELECT coalesce(max(seq), 0) FROM journal)
BEGIN SELECT RAISE(ABORT, 'INV-05 the cursor only rises, and never beyond the journal'); END;
CREATE TRIGGER cursor_is_the_only_one BEFORE INSERT ON replication_cursor
WHEN EXISTS (SELECT 1 FROM replication_cursor)
BEGIN SELECT RAISE(ABORT, 'INV-05 there is one cursor'); END;
CREATE TRIGGER cursor_stays BEFORE DELETE ON replication_cursor
BEGIN SELECT RAISE(ABORT, 'INV-05 the cursor is not deleted'); END;

INSERT INTO replication_cursor (singleton) VALUES (1);
`;
