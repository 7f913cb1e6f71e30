/** Who worked at the till, and whose cash it is: shifts, and the cashier and shift of every transaction. Additive. */
export const shifts = /* sql */ `
CREATE TABLE shift (
  shift_id TEXT PRIMARY KEY NOT NULL,
  shift_number INTEGER NOT NULL UNIQUE CHECK (shift_number >= 1),
  cashier_id TEXT NOT NULL,
  opened_at TEXT NOT NULL,
  float_minor INTEGER NOT NULL CHECK (float_minor >= 0),
  closed_at TEXT,
  closed_by TEXT,
  counted_cash_minor INTEGER CHECK (counted_cash_minor >= 0),
  expected_cash_minor INTEGER,
  unknown_cash_minor INTEGER,
  z_number INTEGER UNIQUE CHECK (z_number >= 1),
  CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
  CHECK ((closed_at IS NULL) = (counted_cash_minor IS NULL)),
  CHECK ((closed_at IS NULL) = (expected_cash_minor IS NULL)),
  CHECK ((closed_at IS NULL) = (unknown_cash_minor IS NULL)),
  CHECK ((closed_at IS NULL) = (z_number IS NULL))
) STRICT, WITHOUT ROWID;

ALTER TABLE txn ADD COLUMN cashier_id TEXT;
ALTER TABLE txn ADD COLUMN approved_by TEXT;
ALTER TABLE txn ADD COLUMN shift_id TEXT REFERENCES shift;
CREATE INDEX txn_of_shift ON txn (shift_id) WHERE shift_id IS NOT NULL;

-- INV-10: one shift at a time, numbered without a gap; a closed one never changes, nor what was recorded of an open one.
CREATE TRIGGER shift_is_next BEFORE INSERT ON shift
WHEN EXISTS (SELECT 1 FROM shift WHERE closed_at IS NULL) OR NEW.closed_at IS NOT NULL
  OR NEW.shift_number <> (SELECT coalesce(max(shift_number), 0) + 1 FROM shift)
  OR EXISTS (SELECT 1 FROM shift WHERE shift_id = NEW.shift_id)
BEGIN SELECT RAISE(ABORT, 'INV-10 a shift begins open, as the next one and the only one'); END;
CREATE TRIGGER shift_is_fixed BEFORE UPDATE ON shift
WHEN OLD.closed_at IS NOT NULL OR NEW.shift_id <> OLD.shift_id OR NEW.shift_number <> OLD.shift_number
  OR NEW.cashier_id <> OLD.cashier_id OR NEW.opened_at <> OLD.opened_at OR NEW.float_minor <> OLD.float_minor
BEGIN SELECT RAISE(ABORT, 'INV-10 a shift does not change but once, when it is closed'); END;
CREATE TRIGGER shift_closes BEFORE UPDATE OF closed_at ON shift
WHEN NEW.closed_at IS NOT NULL AND (
  NEW.z_number IS NOT (SELECT coalesce(max(z_number), 0) + 1 FROM shift)
  OR EXISTS (SELECT 1 FROM txn WHERE shift_id = NEW.shift_id AND state IN ('Open', 'TerminalConfirmStarted')))
BEGIN SELECT RAISE(ABORT, 'INV-10 a shift closes with the next Z number, and with nothing left running in it'); END;
CREATE TRIGGER shift_stays BEFORE DELETE ON shift BEGIN SELECT RAISE(ABORT, 'INV-10 shifts are not deleted'); END;
CREATE TRIGGER txn_in_shift BEFORE INSERT ON txn
WHEN NEW.shift_id IS NOT (SELECT shift_id FROM shift WHERE closed_at IS NULL)
BEGIN SELECT RAISE(ABORT, 'INV-10 a transaction belongs to the shift that is open'); END;
CREATE TRIGGER txn_staff_fixed BEFORE UPDATE ON txn
WHEN NEW.cashier_id IS NOT OLD.cashier_id OR NEW.shift_id IS NOT OLD.shift_id OR NEW.approved_by IS NOT OLD.approved_by
BEGIN SELECT RAISE(ABORT, 'INV-10 whose transaction it was does not change'); END;
`;
