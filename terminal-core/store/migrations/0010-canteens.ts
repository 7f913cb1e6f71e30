/**
 * Canteens: what a sale has besides (session, meals apart from the rest, allergens that were confirmed), and what the
 * backend said of the member whose account it is. Additive; one trigger is worded anew, because meals and other goods of one
 * tap are two transactions of one group (R109, Q50).
 */
export const canteens = /* sql */ `
ALTER TABLE txn ADD COLUMN session TEXT CHECK (session IS NULL OR tag_transaction_number IS NULL);
-- 1: credit may pay for it.
ALTER TABLE txn ADD COLUMN is_meal INTEGER NOT NULL DEFAULT 0
  CHECK (is_meal IN (0, 1)) CHECK (is_meal = 0 OR tag_transaction_number IS NULL);
-- A JSON array, where there are any.
ALTER TABLE txn ADD COLUMN acknowledged_allergens TEXT
  CHECK (acknowledged_allergens IS NULL OR (json_valid(acknowledged_allergens) AND tag_transaction_number IS NULL));

CREATE TRIGGER txn_serving_fixed BEFORE UPDATE ON txn
WHEN NEW.session IS NOT OLD.session OR NEW.is_meal <> OLD.is_meal
  OR NEW.acknowledged_allergens IS NOT OLD.acknowledged_allergens
BEGIN SELECT RAISE(ABORT, 'INV-06 a transaction does not change but in its state'); END;

-- INV-15: one transaction of a sale has its goods; in a canteen one its meals and one what else there is.
DROP TRIGGER txn_goods_once;
CREATE TRIGGER txn_goods_once BEFORE INSERT ON txn
WHEN NEW.type = 'Purchase' AND NEW.group_id IS NOT NULL AND EXISTS (
  SELECT 1 FROM txn WHERE group_id = NEW.group_id AND type = 'Purchase' AND is_part = 0 AND is_meal = NEW.is_meal
    AND state <> 'Aborted')
BEGIN SELECT RAISE(ABORT, 'INV-15 the goods of a sale are paid once'); END;

-- Whose account it is, as the backend last said: a JSON object.
ALTER TABLE account_balance ADD COLUMN member TEXT CHECK (member IS NULL OR json_valid(member));
`;
