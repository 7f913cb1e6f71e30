/** Lost tags replaced, cashiers, shares of the offline limit, operators with roles, cash that was not handed back. Only adds. */
export const operatorActions = `
-- Money rule 2: the new tag belongs to the customer of the lost one, and what was handed out with it never changes (INV-65).
CREATE TABLE tag_replacement (
  edition_id bigint NOT NULL,
  uid text NOT NULL,
  new_uid text NOT NULL,
  generation integer NOT NULL CHECK (generation BETWEEN 1 AND 255),
  balance_minor bigint NOT NULL CHECK (balance_minor >= 0),
  adjustment_number integer NOT NULL CHECK (adjustment_number BETWEEN 0 AND 65535),
  -- The till that asked; an operator otherwise.
  assignment_id bigint,
  actor text NOT NULL,
  replaced_at timestamptz NOT NULL,
  -- When the backend first heard that the new tag is written: from then on nobody may write it again.
  written_at timestamptz,
  PRIMARY KEY (edition_id, uid),
  UNIQUE (edition_id, new_uid),
  FOREIGN KEY (edition_id, uid) REFERENCES tag,
  FOREIGN KEY (edition_id, new_uid) REFERENCES tag,
  FOREIGN KEY (edition_id, assignment_id) REFERENCES assignment,
  CHECK (uid <> new_uid)
);
CREATE FUNCTION keep_replacement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.edition_id, NEW.uid, NEW.new_uid, NEW.generation, NEW.balance_minor, NEW.adjustment_number)
       IS DISTINCT FROM (OLD.edition_id, OLD.uid, OLD.new_uid, OLD.generation, OLD.balance_minor, OLD.adjustment_number)
     OR (OLD.written_at IS NOT NULL AND NEW.written_at IS DISTINCT FROM OLD.written_at) THEN
    RAISE EXCEPTION 'INV-65: the replacement of tag % may not change', OLD.uid USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER tag_replacement_kept BEFORE UPDATE OR DELETE ON tag_replacement FOR EACH ROW EXECUTE FUNCTION keep_replacement();

-- R22: the highest generation a till said it wrote, known before the tag was read again.
ALTER TABLE tag ADD COLUMN written_generation integer NOT NULL DEFAULT 0 CHECK (written_generation BETWEEN 0 AND 255);

CREATE TABLE cashier (
  edition_id bigint NOT NULL REFERENCES edition,
  cashier_id text NOT NULL,
  name text NOT NULL,
  role text NOT NULL CHECK (role IN ('cashier', 'supervisor')),
  pin_hash text NOT NULL,
  tag_uid text,
  active boolean NOT NULL,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, cashier_id)
);
CREATE UNIQUE INDEX cashier_of_tag ON cashier (edition_id, tag_uid) WHERE tag_uid IS NOT NULL AND active;

-- Q52: what the edition risks offline, and each till's part of it (INV-66).
ALTER TABLE edition ADD COLUMN offline_limit_minor bigint CHECK (offline_limit_minor >= 0);
ALTER TABLE assignment
  ADD COLUMN offline_share_minor bigint NOT NULL DEFAULT 0 CHECK (offline_share_minor >= 0),
  ADD COLUMN closed_at timestamptz;

ALTER TABLE product ADD COLUMN on_sale boolean NOT NULL DEFAULT true;

-- Of an aborted cash top-up: what its till says about the cash (money rule 4).
ALTER TABLE transactions
  ADD COLUMN cash_returned boolean,
  -- Who brought that cash to the account of nobody's money.
  ADD COLUMN unclaimed_by_transaction_id bigint;
CREATE INDEX transactions_unreturned ON transactions (edition_id, backend_transaction_id)
  WHERE state = 'Aborted' AND type = 'TopUp' AND payment_method = 'cash' AND cash_returned IS NOT true;
CREATE INDEX transactions_of_customer ON transactions (edition_id, customer_id) WHERE customer_id IS NOT NULL;

CREATE TABLE operator_login (
  name text PRIMARY KEY,
  role text NOT NULL CHECK (role IN ('admin', 'finance', 'support')),
  password_hash text NOT NULL,
  active boolean NOT NULL,
  created_at timestamptz NOT NULL
);
ALTER TABLE admin_session
  ADD COLUMN actor text NOT NULL DEFAULT 'admin',
  ADD COLUMN role text NOT NULL DEFAULT 'admin' CHECK (role IN ('admin', 'finance', 'support'));

-- Entries of a forked journal that an operator brought in, by their hash: the same file again brings nothing twice.
CREATE TABLE imported_entry (
  edition_id bigint NOT NULL,
  assignment_id bigint NOT NULL,
  hash text NOT NULL,
  seq bigint NOT NULL CHECK (seq >= 1),
  entry text NOT NULL,
  imported_at timestamptz NOT NULL,
  imported_by text NOT NULL,
  PRIMARY KEY (edition_id, assignment_id, hash),
  FOREIGN KEY (edition_id, assignment_id) REFERENCES assignment
);
CREATE TRIGGER imported_entry_append_only BEFORE UPDATE OR DELETE ON imported_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
`;
