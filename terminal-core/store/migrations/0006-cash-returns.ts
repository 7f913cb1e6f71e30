/** The cash of an aborted top-up, once a cashier has said that it was given back (protocol.md, money rule 4). Additive. */
export const cashReturns = /* sql */ `
CREATE TABLE cash_return (
  terminal_transaction_number INTEGER PRIMARY KEY REFERENCES txn,
  at TEXT NOT NULL,
  cashier_id TEXT
) STRICT;
CREATE INDEX txn_aborted_cash ON txn (terminal_transaction_number)
  WHERE state = 'Aborted' AND type = 'TopUp' AND payment_method = 'cash';
-- What the backend is asked about again and again, until somebody knows (Q9).
CREATE INDEX txn_unknown ON txn (terminal_transaction_number) WHERE state = 'TerminalConfirmUnknown';

-- INV-13: only of an aborted cash top-up, once, and for good.
CREATE TRIGGER cash_return_of_aborted BEFORE INSERT ON cash_return
WHEN NOT EXISTS (SELECT 1 FROM txn WHERE terminal_transaction_number = NEW.terminal_transaction_number
    AND state = 'Aborted' AND type = 'TopUp' AND payment_method = 'cash')
  OR EXISTS (SELECT 1 FROM cash_return WHERE terminal_transaction_number = NEW.terminal_transaction_number)
BEGIN SELECT RAISE(ABORT, 'INV-13 cash is given back once, and only of an aborted cash top-up'); END;
CREATE TRIGGER cash_return_fixed BEFORE UPDATE ON cash_return
BEGIN SELECT RAISE(ABORT, 'INV-13 what was said about cash is not changed'); END;
CREATE TRIGGER cash_return_stays BEFORE DELETE ON cash_return
BEGIN SELECT RAISE(ABORT, 'INV-13 what was said about cash is not deleted'); END;
`;
