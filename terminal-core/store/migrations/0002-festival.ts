/** What refunds, chargebacks, adjustments and open loop purchases add to a transaction. Additive: columns only. */
export const festival = /* sql */ `
ALTER TABLE txn ADD COLUMN adjustment_number INTEGER CHECK (adjustment_number BETWEEN 0 AND 65535);
ALTER TABLE txn ADD COLUMN reference_assignment_id INTEGER CHECK (reference_assignment_id >= 1);
ALTER TABLE txn ADD COLUMN reference_terminal_transaction_number INTEGER
  CHECK ((reference_terminal_transaction_number IS NULL) = (reference_assignment_id IS NULL));
ALTER TABLE txn ADD COLUMN group_id TEXT;

-- A tag's sales on this till, newest first: where a chargeback finds what it goes back on.
CREATE INDEX txn_committed_of_tag ON txn (tag_uid, type, terminal_transaction_number) WHERE state = 'Committed';
CREATE INDEX txn_reference ON txn (reference_terminal_transaction_number)
  WHERE reference_terminal_transaction_number IS NOT NULL;
`;
