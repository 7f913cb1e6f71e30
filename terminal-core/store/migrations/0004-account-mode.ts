/**
 * Account mode: a transaction without a number on the tag, which is never written, and what the backend last said of an
 * account. Additive but for one CHECK, which is reworded in place as SQLite's documentation allows for constraints
 * ("Making Other Kinds Of Table Schema Changes"): a table built anew would lose whatever refers to it.
 */
export const accountMode = /* sql */ `
ALTER TABLE txn ALTER COLUMN tag_transaction_number DROP NOT NULL;

-- In tag mode nothing is Committed or unknown without a write; in account mode nothing is ever written, nor unknown.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql,
  'CHECK (state NOT IN (''Committed'', ''TerminalConfirmUnknown'') OR write_started_at IS NOT NULL)',
  'CHECK (state NOT IN (''Committed'', ''TerminalConfirmUnknown'') OR (write_started_at IS NOT NULL) = (tag_transaction_number IS NOT NULL)),
  CHECK (tag_transaction_number IS NOT NULL OR (write_started_at IS NULL AND state <> ''TerminalConfirmUnknown''))')
WHERE type = 'table' AND name = 'txn';
PRAGMA writable_schema = RESET;

-- The backend held the amount at the checkout, and so has decided.
ALTER TABLE txn ADD COLUMN is_reserved INTEGER NOT NULL DEFAULT 0 CHECK (is_reserved IN (0, 1));
-- The last entry that told of it: what is beyond the acknowledged one, the backend may not know yet.
ALTER TABLE txn ADD COLUMN journal_seq INTEGER CHECK (journal_seq >= 1);
CREATE INDEX txn_of_account ON txn (tag_uid, journal_seq) WHERE tag_transaction_number IS NULL;
CREATE INDEX txn_unsent_of_accounts ON txn (journal_seq) WHERE tag_transaction_number IS NULL;

CREATE TRIGGER txn_account_fixed BEFORE UPDATE ON txn
WHEN NEW.tag_transaction_number IS NOT OLD.tag_transaction_number
  OR (NEW.is_reserved <> OLD.is_reserved AND OLD.state <> 'Open')
BEGIN SELECT RAISE(ABORT, 'INV-06 a transaction does not change but in its state'); END;

CREATE TABLE account_balance (
  tag_uid TEXT PRIMARY KEY,
  -- Booked, as the backend said.
  balance_minor INTEGER NOT NULL,
  -- Booked less what others hold.
  free_minor INTEGER NOT NULL,
  credit_minor INTEGER NOT NULL,
  blocked INTEGER NOT NULL CHECK (blocked IN (0, 1)),
  as_of TEXT NOT NULL,
  -- What this till journalled beyond these is not in it: each errs to the side on which nothing is spent twice.
  debits_included_seq INTEGER NOT NULL CHECK (debits_included_seq >= 0),
  credits_included_seq INTEGER NOT NULL CHECK (credits_included_seq >= debits_included_seq)
) STRICT, WITHOUT ROWID;
`;
