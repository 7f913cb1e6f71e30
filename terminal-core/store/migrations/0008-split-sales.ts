/** Sales that several tags pay: which transactions are a part of one, so that what was left half paid is found. Additive. */
export const splitSales = /* sql */ `
-- 1: a part of a sale whose goods are on another transaction of its group.
ALTER TABLE txn ADD COLUMN is_part INTEGER NOT NULL DEFAULT 0
  CHECK (is_part IN (0, 1)) CHECK (is_part = 0 OR (type = 'Purchase' AND group_id IS NOT NULL));
CREATE INDEX txn_part ON txn (group_id) WHERE is_part = 1;
CREATE INDEX txn_group ON txn (group_id) WHERE group_id IS NOT NULL;

CREATE TRIGGER txn_part_fixed BEFORE UPDATE OF is_part ON txn WHEN NEW.is_part <> OLD.is_part
BEGIN SELECT RAISE(ABORT, 'INV-06 a transaction does not change but in its state'); END;
-- INV-15: one transaction of a sale has its goods.
CREATE TRIGGER txn_goods_once BEFORE INSERT ON txn
WHEN NEW.type = 'Purchase' AND NEW.group_id IS NOT NULL AND EXISTS (
  SELECT 1 FROM txn WHERE group_id = NEW.group_id AND type = 'Purchase' AND is_part = 0 AND state <> 'Aborted')
BEGIN SELECT RAISE(ABORT, 'INV-15 the goods of a sale are paid once'); END;
`;
