/**
 * Card payments (Q13): how the payment of a top-up stands, beside its state and with a log of its own. Additive; triggers
 * are replaced only by ones that let more pass for a paid card, whose tag another till may have written to meanwhile.
 */
export const cardPayments = /* sql */ `
-- Null: there is no payment outside the closed loop, or none has been asked for yet.
ALTER TABLE txn ADD COLUMN payment_status TEXT
  CHECK (payment_status IN ('pending', 'approved', 'declined', 'voided', 'unknown'))
  CHECK (payment_status IS NULL OR (payment_method = 'card' AND type = 'TopUp'))
  -- A tag is charged only with what is paid.
  CHECK (payment_method <> 'card' OR state IN ('Open', 'Aborted') OR payment_status IS 'approved');
ALTER TABLE txn ADD COLUMN payment_reference TEXT CHECK (payment_reference IS NULL OR payment_status IS NOT NULL);

-- INV-12: one open attempt per till.
CREATE UNIQUE INDEX txn_open_payment ON txn (payment_method) WHERE state = 'Open' AND payment_status IS NOT NULL;

CREATE TABLE txn_payment_log (
  terminal_transaction_number INTEGER NOT NULL REFERENCES txn,
  line INTEGER NOT NULL CHECK (line >= 1),
  from_status TEXT,
  to_status TEXT NOT NULL,
  reference TEXT,
  at TEXT NOT NULL,
  PRIMARY KEY (terminal_transaction_number, line)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER txn_payment_log_next BEFORE INSERT ON txn_payment_log
WHEN NEW.line <> (SELECT count(*) + 1 FROM txn_payment_log
  WHERE terminal_transaction_number = NEW.terminal_transaction_number)
BEGIN SELECT RAISE(ABORT, 'INV-12 the log of payments has no gap'); END;
CREATE TRIGGER txn_payment_log_fixed BEFORE UPDATE ON txn_payment_log
BEGIN SELECT RAISE(ABORT, 'INV-12 the log of payments is not changed'); END;
CREATE TRIGGER txn_payment_log_stays BEFORE DELETE ON txn_payment_log
BEGIN SELECT RAISE(ABORT, 'INV-12 the log of payments is not deleted'); END;

-- INV-12: declined and voided are final, nothing becomes undone that was asked for, and it is asked for while Open.
CREATE TRIGGER txn_payment_moves BEFORE UPDATE OF payment_status ON txn
WHEN NEW.payment_status IS NOT OLD.payment_status AND NOT coalesce(
  (OLD.payment_status IS NULL AND NEW.payment_status = 'pending' AND OLD.state = 'Open' AND NEW.state = 'Open') OR
  (OLD.payment_status = 'pending' AND NEW.payment_status IN ('approved', 'declined', 'voided', 'unknown')) OR
  (OLD.payment_status = 'unknown' AND NEW.payment_status IN ('pending', 'approved', 'declined', 'voided')) OR
  (OLD.payment_status = 'approved' AND NEW.payment_status IN ('voided', 'unknown')), 0)
BEGIN SELECT RAISE(ABORT, 'INV-12 illegal change of a payment'); END;
-- Q13: what may have been paid is never given up without the provider's word.
CREATE TRIGGER txn_payment_decided BEFORE UPDATE OF state ON txn
WHEN OLD.state = 'Open' AND NEW.state = 'Aborted' AND NEW.payment_status IN ('pending', 'approved', 'unknown')
BEGIN SELECT RAISE(ABORT, 'INV-12 a payment that is open is not aborted'); END;
CREATE TRIGGER txn_payment_begins_with_nothing BEFORE INSERT ON txn
WHEN NEW.payment_status IS NOT NULL OR NEW.payment_reference IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'INV-12 a payment is asked for after its transaction is opened'); END;
CREATE TRIGGER txn_payment_reference_fixed BEFORE UPDATE OF payment_reference ON txn
WHEN OLD.payment_reference IS NOT NULL AND NEW.payment_reference IS NOT OLD.payment_reference
BEGIN SELECT RAISE(ABORT, 'INV-12 the name of a payment does not change'); END;

-- As before, but where a card has paid: what its tag shows is known again only when it is written.
DROP TRIGGER txn_is_fixed;
CREATE TRIGGER txn_is_fixed BEFORE UPDATE ON txn
WHEN NEW.terminal_transaction_number <> OLD.terminal_transaction_number OR NEW.type <> OLD.type
  OR NEW.amount_minor <> OLD.amount_minor OR NEW.balance_delta_minor <> OLD.balance_delta_minor
  OR NEW.payment_method <> OLD.payment_method OR NEW.currency <> OLD.currency
  OR NEW.merchant_id IS NOT OLD.merchant_id OR NEW.opened_at <> OLD.opened_at OR NEW.tag_uid <> OLD.tag_uid
  OR ((NEW.tag_transaction_number <> OLD.tag_transaction_number OR NEW.tag_generation <> OLD.tag_generation
      OR NEW.balance_before_minor <> OLD.balance_before_minor OR NEW.balance_after_minor <> OLD.balance_after_minor)
    AND NOT coalesce(OLD.payment_status = 'approved' AND OLD.state = 'Open' AND NEW.state = 'TerminalConfirmStarted', 0))
  OR (NEW.state_version <> OLD.state_version AND NEW.state = OLD.state)
  OR OLD.state IN ('Committed', 'Aborted')
BEGIN SELECT RAISE(ABORT, 'INV-06 a transaction does not change but in its state'); END;
-- As before: the mode is fixed; the number itself is what the trigger above watches.
DROP TRIGGER txn_account_fixed;
CREATE TRIGGER txn_account_fixed BEFORE UPDATE ON txn
WHEN (NEW.tag_transaction_number IS NULL) <> (OLD.tag_transaction_number IS NULL)
  OR (NEW.is_reserved <> OLD.is_reserved AND OLD.state <> 'Open')
BEGIN SELECT RAISE(ABORT, 'INV-06 a transaction does not change but in its state'); END;

-- As before, but for an open payment: it may wait for its provider longer than a shift lasts, and has no cash.
DROP TRIGGER shift_closes;
CREATE TRIGGER shift_closes BEFORE UPDATE OF closed_at ON shift
WHEN NEW.closed_at IS NOT NULL AND (
  NEW.z_number IS NOT (SELECT coalesce(max(z_number), 0) + 1 FROM shift)
  OR EXISTS (SELECT 1 FROM txn WHERE shift_id = NEW.shift_id
    AND (state = 'TerminalConfirmStarted' OR (state = 'Open' AND payment_status IS NULL))))
BEGIN SELECT RAISE(ABORT, 'INV-10 a shift closes with the next Z number, and with nothing left running in it'); END;
`;
