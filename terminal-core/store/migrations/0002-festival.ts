/** What refunds, chargebacks, adjustments and open loop purchases add to a transaction. Additive. */
export const festival = /* sql */ `
ALTER TABLE txn ADD COLUMN adjustment_number INTEGER CHECK (adjustment_number BETWEEN 0 AND 65535);
ALTER TABLE txn ADD COLUMN reference_assignment_id INTEGER CHECK (reference_assignment_id >= 1);
ALTER TABLE txn ADD COLUMN reference_terminal_transaction_number INTEGER
  CHECK ((reference_terminal_transaction_number IS NULL) = (reference_assignment_id IS NULL));
ALTER TABLE txn ADD COLUMN group_id TEXT;
ALTER TABLE txn ADD COLUMN set_blocked INTEGER CHECK (set_blocked IN (0, 1));

-- A tag's sales on this till, newest first: where a chargeback finds what it goes back on.
CREATE INDEX txn_committed_of_tag ON txn (tag_uid, type, terminal_transaction_number) WHERE state = 'Committed';
CREATE INDEX txn_reference ON txn (reference_terminal_transaction_number)
  WHERE reference_terminal_transaction_number IS NOT NULL;

CREATE TRIGGER txn_relations_fixed BEFORE UPDATE ON txn
WHEN NEW.adjustment_number IS NOT OLD.adjustment_number OR NEW.set_blocked IS NOT OLD.set_blocked OR NEW.group_id IS NOT OLD.group_id
  OR NEW.reference_assignment_id IS NOT OLD.reference_assignment_id
  OR NEW.reference_terminal_transaction_number IS NOT OLD.reference_terminal_transaction_number
BEGIN SELECT RAISE(ABORT, 'INV-06 a transaction does not change but in its state'); END;

-- The same as before, but for an adjustment, which has no items because it books nothing (Q20).
DROP TRIGGER txn_items_balance;
CREATE TRIGGER txn_items_balance BEFORE UPDATE OF state ON txn
WHEN OLD.state = 'Open' AND CASE NEW.type WHEN 'TagAdjustment' THEN 0 ELSE NEW.balance_delta_minor END <> (
  SELECT coalesce(sum(CASE
    WHEN debit_account = 'customer' OR debit_account LIKE 'customer/%' THEN amount_minor
    WHEN credit_account = 'customer' OR credit_account LIKE 'customer/%' THEN -amount_minor
    ELSE 0 END), 0)
  FROM txn_item WHERE terminal_transaction_number = NEW.terminal_transaction_number)
BEGIN SELECT RAISE(ABORT, 'INV-01 the items come to another amount than the tag is changed by'); END;
`;
