/** Members and their purses, credits, sales and how they were paid (R55–R126). Only adds, and lets more be said where a list was. */
export const canteenPurses = `
ALTER TABLE edition
  -- Q33: who manages the credits, this backend (TRAC) or the integrators' tills (TILL).
  ADD COLUMN credit_mode text NOT NULL DEFAULT 'TRAC' CHECK (credit_mode IN ('TRAC', 'TILL')),
  -- Q34: whether the sessions of a purse narrow what its credits pay.
  ADD COLUMN session_credits boolean NOT NULL DEFAULT true,
  -- The parts of a canteen's day, as in the contract.
  ADD COLUMN sessions jsonb CHECK (jsonb_typeof(sessions) = 'array');
ALTER TABLE product ADD COLUMN allergens jsonb CHECK (jsonb_typeof(allergens) = 'array');

ALTER TABLE transactions
  DROP CONSTRAINT transactions_type_check,
  ADD CONSTRAINT transactions_type_check CHECK (
    type IN ('TopUp', 'Purchase', 'Chargeback', 'Refund', 'TagAdjustment', 'Credit', 'ClearedCredit'));

-- Who pays for credits: an account of every edition that has purses.
INSERT INTO account (edition_id, type, name) SELECT edition_id, 'funding', 'funding' FROM edition WHERE mode = 'account';

-- R55: every customer of an edition in account mode is a member; one that is not a person is a proxy (R56).
CREATE TABLE member (
  edition_id bigint NOT NULL,
  customer_id bigint NOT NULL,
  member_id text NOT NULL,
  member_type text NOT NULL CHECK (member_type IN ('pupil', 'staff', 'system', 'hospitality')),
  display_name text NOT NULL,
  first_name text,
  last_name text,
  class_name text,
  date_of_birth date,
  mis_id text,
  upn text,
  is_active boolean NOT NULL DEFAULT true,
  allergens jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(allergens) = 'array'),
  daily_limit_minor bigint CHECK (daily_limit_minor >= 0),
  -- What integrations keep with it: externalIds, tags, their namespaces.
  content jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(content) = 'object'),
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, customer_id),
  UNIQUE (edition_id, member_id),
  FOREIGN KEY (edition_id, customer_id) REFERENCES customer
);

CREATE TABLE purse (
  edition_id bigint NOT NULL,
  customer_id bigint NOT NULL,
  purse_id text NOT NULL,
  account_id bigint NOT NULL,
  type text NOT NULL CHECK (type IN ('cash', 'sales', 'credit')),
  title text NOT NULL,
  -- R70, R71: unset is from the start, and until the end, of time.
  valid_from timestamptz,
  valid_to timestamptz,
  -- R72: unset is all sessions.
  valid_sessions jsonb CHECK (jsonb_typeof(valid_sessions) = 'array'),
  -- R93: credits come by themselves only where all three are there (R95).
  credit_amount_minor bigint CHECK (credit_amount_minor > 0),
  credit_apply text,
  expiry_duration_days integer CHECK (expiry_duration_days BETWEEN 1 AND 3660),
  -- R114, Q35: what is left is swept down when the purse's last session of the last day is over, not at midnight.
  sweep_after_session boolean NOT NULL DEFAULT false,
  -- The first occurrence that was not looked at yet; null where none will come.
  next_apply_at timestamptz,
  content jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(content) = 'object'),
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, customer_id, purse_id),
  UNIQUE (edition_id, account_id),
  FOREIGN KEY (edition_id, customer_id) REFERENCES member,
  FOREIGN KEY (edition_id, account_id) REFERENCES account,
  CHECK ((purse_id = 'default') = (type = 'cash') AND (purse_id = 'sales') = (type = 'sales')),
  CHECK (type = 'credit' OR (valid_from IS NULL AND valid_to IS NULL AND valid_sessions IS NULL AND credit_amount_minor IS NULL
    AND credit_apply IS NULL AND expiry_duration_days IS NULL AND next_apply_at IS NULL))
);
CREATE INDEX purse_due ON purse (edition_id, next_apply_at) WHERE next_apply_at IS NOT NULL;

-- What a member's purse shows: one row for a transaction of the books; transfers between purses are postings alone (R82).
CREATE TABLE purse_transaction (
  edition_id bigint NOT NULL,
  backend_transaction_id bigint NOT NULL,
  customer_id bigint NOT NULL,
  purse_id text NOT NULL,
  type text NOT NULL CHECK (type IN ('cash', 'cheque', 'directDebit', 'directCredit', 'transfer', 'sale', 'epayment', 'cancellation',
    'credit', 'clearedCredit')),
  -- Signed, of the purse: a sale is negative and its refund positive (R88).
  amount_minor bigint NOT NULL,
  transaction_date timestamptz NOT NULL,
  -- The day on the wall of the edition's zone: what a refund has to share with its sale (R89).
  business_date date NOT NULL,
  session text,
  -- R109: credits pay for meals alone.
  meal boolean NOT NULL,
  account_type text,
  state text NOT NULL CHECK (state IN ('notProcessed', 'processed')),
  description text,
  -- R81; of a refund, what went back to credits.
  credit_portion_minor bigint NOT NULL DEFAULT 0 CHECK (credit_portion_minor >= 0),
  contra_transaction_id bigint,
  -- json, not jsonb: the order of the keys counts (Q30).
  source_of_funds json,
  excess_ignored_minor bigint NOT NULL DEFAULT 0 CHECK (excess_ignored_minor >= 0),
  -- The integration that made it; null: Klink itself.
  integration text,
  content jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(content) = 'object'),
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, backend_transaction_id),
  FOREIGN KEY (edition_id, backend_transaction_id) REFERENCES transactions,
  FOREIGN KEY (edition_id, customer_id, purse_id) REFERENCES purse,
  FOREIGN KEY (edition_id, contra_transaction_id) REFERENCES purse_transaction,
  CHECK ((purse_id = 'sales') OR state = 'processed'),
  CHECK ((purse_id = 'sales') OR credit_portion_minor = 0)
);
CREATE INDEX purse_transaction_unprocessed ON purse_transaction (edition_id, customer_id) WHERE state = 'notProcessed';
CREATE INDEX purse_transaction_of_member ON purse_transaction (edition_id, customer_id, business_date);
CREATE INDEX purse_transaction_created ON purse_transaction (edition_id, created_at, backend_transaction_id);
CREATE INDEX purse_transaction_contra ON purse_transaction (edition_id, contra_transaction_id) WHERE contra_transaction_id IS NOT NULL;

CREATE TABLE credit (
  edition_id bigint NOT NULL,
  backend_transaction_id bigint NOT NULL,
  customer_id bigint NOT NULL,
  purse_id text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  usage_minor bigint NOT NULL DEFAULT 0,
  granted_at timestamptz NOT NULL,
  -- The first moment it is there no more (R100); null: it stays.
  expires_at timestamptz,
  cleared boolean NOT NULL DEFAULT false,
  -- Q37: the local day it came for, of those that come by themselves.
  applied_on date,
  PRIMARY KEY (edition_id, backend_transaction_id),
  FOREIGN KEY (edition_id, backend_transaction_id) REFERENCES purse_transaction,
  FOREIGN KEY (edition_id, customer_id, purse_id) REFERENCES purse,
  -- INV-70: nobody uses more than there is, and nothing twice.
  CHECK (usage_minor BETWEEN 0 AND amount_minor)
);
-- R96, Q37: at most one a day.
CREATE UNIQUE INDEX credit_of_day ON credit (edition_id, customer_id, purse_id, applied_on) WHERE applied_on IS NOT NULL;
CREATE INDEX credit_of_member ON credit (edition_id, customer_id, expires_at);
CREATE INDEX credit_due ON credit (edition_id, expires_at) WHERE NOT cleared AND expires_at IS NOT NULL;

-- How a sale was paid, or a refund given back: each row stands beside the posting of the same line.
CREATE TABLE sale_settlement (
  edition_id bigint NOT NULL,
  backend_transaction_id bigint NOT NULL,
  line integer NOT NULL,
  -- What it was drawn from: the cash or a credit purse.
  purse_id text NOT NULL,
  -- The one credit, where this backend manages them (Q33).
  credit_transaction_id bigint,
  -- Positive: drawn for a sale; negative: given back by a refund.
  amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
  settled_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, backend_transaction_id, line),
  FOREIGN KEY (edition_id, backend_transaction_id) REFERENCES purse_transaction,
  FOREIGN KEY (edition_id, credit_transaction_id) REFERENCES credit,
  CHECK (purse_id <> 'sales' AND (purse_id <> 'default' OR credit_transaction_id IS NULL))
);
CREATE INDEX sale_settlement_of_credit ON sale_settlement (edition_id, credit_transaction_id) WHERE credit_transaction_id IS NOT NULL;
CREATE TRIGGER sale_settlement_append_only BEFORE UPDATE OR DELETE ON sale_settlement FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sale_settlement_keep BEFORE TRUNCATE ON sale_settlement FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- INV-70: what a credit is worth and until when never changes, and a cleared one stays cleared.
CREATE FUNCTION keep_credit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.customer_id, NEW.purse_id, NEW.amount_minor, NEW.granted_at, NEW.expires_at, NEW.applied_on)
       IS DISTINCT FROM (OLD.customer_id, OLD.purse_id, OLD.amount_minor, OLD.granted_at, OLD.expires_at, OLD.applied_on)
     OR (OLD.cleared AND NOT NEW.cleared) THEN
    RAISE EXCEPTION 'INV-70: credit % may not change', OLD.backend_transaction_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER credit_kept BEFORE UPDATE OR DELETE ON credit FOR EACH ROW EXECUTE FUNCTION keep_credit();

-- INV-71: the core of a member's transaction never changes, and what was processed stays so.
CREATE FUNCTION keep_purse_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.customer_id, NEW.purse_id, NEW.type, NEW.amount_minor, NEW.transaction_date, NEW.business_date, NEW.meal,
                          NEW.contra_transaction_id, NEW.created_at)
       IS DISTINCT FROM (OLD.customer_id, OLD.purse_id, OLD.type, OLD.amount_minor, OLD.transaction_date, OLD.business_date, OLD.meal,
                         OLD.contra_transaction_id, OLD.created_at)
     OR (OLD.state = 'processed' AND (NEW.state <> 'processed' OR NEW.credit_portion_minor <> OLD.credit_portion_minor
                                      OR NEW.session IS DISTINCT FROM OLD.session)) THEN
    RAISE EXCEPTION 'INV-71: purse transaction % may not change', OLD.backend_transaction_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER purse_transaction_kept BEFORE UPDATE OR DELETE ON purse_transaction FOR EACH ROW EXECUTE FUNCTION keep_purse_transaction();

-- INV-72, R74: other credit details are another purse.
CREATE FUNCTION keep_purse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.customer_id, NEW.purse_id, NEW.account_id, NEW.type, NEW.credit_amount_minor, NEW.credit_apply,
                          NEW.expiry_duration_days, NEW.sweep_after_session)
       IS DISTINCT FROM (OLD.customer_id, OLD.purse_id, OLD.account_id, OLD.type, OLD.credit_amount_minor, OLD.credit_apply,
                         OLD.expiry_duration_days, OLD.sweep_after_session) THEN
    RAISE EXCEPTION 'INV-72: purse % of customer % may not change', OLD.purse_id, OLD.customer_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER purse_kept BEFORE UPDATE OR DELETE ON purse FOR EACH ROW EXECUTE FUNCTION keep_purse();

-- Customers of editions in account mode who were there before: each is a proxy for their tag until somebody says who it is.
INSERT INTO member (edition_id, customer_id, member_id, member_type, display_name, created_at, changed_at)
SELECT c.edition_id, c.customer_id, 'customer-' || c.customer_id, 'system',
       coalesce((SELECT 'Tag ' || min(t.uid) FROM tag t WHERE t.edition_id = c.edition_id AND t.customer_id = c.customer_id),
                'Customer ' || c.customer_id),
       c.created_at, c.created_at
  FROM customer c JOIN edition e USING (edition_id) WHERE e.mode = 'account';
INSERT INTO account (edition_id, type, name, customer_id)
SELECT edition_id, 'customer', 'customer:' || customer_id || '/sales', customer_id FROM member;
INSERT INTO purse (edition_id, customer_id, purse_id, account_id, type, title, created_at, changed_at)
SELECT m.edition_id, m.customer_id, w.purse_id, a.account_id, w.type, w.title, m.created_at, m.created_at
  FROM member m CROSS JOIN (VALUES ('default', 'cash', 'Cash'), ('sales', 'sales', 'Sales')) AS w(purse_id, type, title)
  JOIN account a ON a.edition_id = m.edition_id AND a.name = 'customer:' || m.customer_id || '/' || w.purse_id;
`;
