/**
 * The first schema. Reviewed by hand; a later change is a new file, because the hash of this text stands in every
 * database that has it. The event edition is the first column of every key, so that one edition can live on one shard.
 */
export const books = `
CREATE TABLE edition (
  edition_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  mode text NOT NULL CHECK (mode IN ('tag', 'account')),
  currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  time_zone text NOT NULL,
  maximum_balance_minor bigint NOT NULL CHECK (maximum_balance_minor >= 0),
  maximum_top_up_minor bigint NOT NULL CHECK (maximum_top_up_minor >= 0),
  maximum_purchase_minor bigint NOT NULL CHECK (maximum_purchase_minor >= 0),
  top_up_fee_fixed_minor bigint NOT NULL CHECK (top_up_fee_fixed_minor >= 0),
  top_up_fee_rate_basis_points integer NOT NULL CHECK (top_up_fee_rate_basis_points BETWEEN 0 AND 10000),
  refund_fee_fixed_minor bigint NOT NULL CHECK (refund_fee_fixed_minor >= 0),
  refund_fee_rate_basis_points integer NOT NULL CHECK (refund_fee_rate_basis_points BETWEEN 0 AND 10000),
  top_up_amounts_minor jsonb NOT NULL,
  demo_code text UNIQUE,
  created_at timestamptz NOT NULL
);

CREATE TABLE key_set (
  edition_id bigint NOT NULL REFERENCES edition,
  key_set_id integer NOT NULL CHECK (key_set_id BETWEEN 0 AND 255),
  key_hex text NOT NULL CHECK (key_hex ~ '^[0-9a-f]{32}$'),
  PRIMARY KEY (edition_id, key_set_id)
);

CREATE TABLE merchant (
  edition_id bigint NOT NULL REFERENCES edition,
  merchant_id text NOT NULL,
  name text NOT NULL,
  position integer NOT NULL,
  PRIMARY KEY (edition_id, merchant_id)
);

CREATE TABLE product (
  edition_id bigint NOT NULL,
  product_id text NOT NULL,
  merchant_id text NOT NULL,
  name text NOT NULL,
  price_minor bigint NOT NULL,
  tax_rate text,
  colour text NOT NULL,
  meal boolean NOT NULL,
  page text NOT NULL,
  position integer NOT NULL,
  PRIMARY KEY (edition_id, product_id),
  FOREIGN KEY (edition_id, merchant_id) REFERENCES merchant
);

-- One row: the highest assignment number ever given out or seen on a tag (R24). A sequence could be set back by a race.
CREATE TABLE assignment_number (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  last_assignment_id bigint NOT NULL CHECK (last_assignment_id BETWEEN 0 AND 4294967295)
);
INSERT INTO assignment_number (last_assignment_id) VALUES (0);

CREATE TABLE terminal (
  terminal_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE assignment (
  edition_id bigint NOT NULL REFERENCES edition,
  assignment_id bigint NOT NULL CHECK (assignment_id BETWEEN 1 AND 4294967295),
  terminal_id bigint NOT NULL REFERENCES terminal,
  terminal_name text NOT NULL,
  journal_id text NOT NULL,
  token_hash bytea NOT NULL UNIQUE,
  last_seq bigint NOT NULL CHECK (last_seq >= 0),
  last_hash text NOT NULL CHECK (last_hash ~ '^[0-9a-f]{64}$'),
  created_at timestamptz NOT NULL,
  revoked_at timestamptz,
  PRIMARY KEY (edition_id, assignment_id)
);

CREATE TABLE enrolment_code (
  code_hash bytea PRIMARY KEY,
  edition_id bigint NOT NULL REFERENCES edition,
  terminal_id bigint NOT NULL REFERENCES terminal,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  used_by_assignment_id bigint
);

CREATE TABLE batch (
  edition_id bigint NOT NULL,
  assignment_id bigint NOT NULL,
  batch_id text NOT NULL,
  body_hash bytea NOT NULL,
  answer text NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, assignment_id, batch_id),
  FOREIGN KEY (edition_id, assignment_id) REFERENCES assignment
);

CREATE TABLE journal_entry (
  edition_id bigint NOT NULL,
  assignment_id bigint NOT NULL,
  seq bigint NOT NULL CHECK (seq >= 1),
  hash text NOT NULL,
  -- The whole entry as canonical JSON text: jsonb would refuse some of what a broken till can send.
  entry text NOT NULL,
  terminal_transaction_number bigint,
  outcome text NOT NULL CHECK (outcome IN ('accepted', 'duplicate', 'rejected')),
  error_code text,
  error_message text,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, assignment_id, seq),
  FOREIGN KEY (edition_id, assignment_id) REFERENCES assignment
);

CREATE SEQUENCE customer_number;
CREATE TABLE customer (
  edition_id bigint NOT NULL REFERENCES edition,
  customer_id bigint NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, customer_id)
);

CREATE TABLE tag (
  edition_id bigint NOT NULL,
  uid text NOT NULL,
  customer_id bigint NOT NULL,
  blocked_reason text,
  first_seen_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, uid),
  FOREIGN KEY (edition_id, customer_id) REFERENCES customer
);
CREATE INDEX tag_of_customer ON tag (edition_id, customer_id);

CREATE TABLE account (
  edition_id bigint NOT NULL REFERENCES edition,
  account_id bigint GENERATED ALWAYS AS IDENTITY,
  type text NOT NULL CHECK (type IN ('customer', 'merchant', 'top-up', 'fee', 'funding', 'loss', 'unclaimed')),
  name text NOT NULL,
  customer_id bigint,
  balance_minor bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (edition_id, account_id),
  UNIQUE (edition_id, name),
  FOREIGN KEY (edition_id, customer_id) REFERENCES customer,
  CHECK ((type = 'customer') = (customer_id IS NOT NULL))
);
-- Also finds the accounts that are nobody's: an index condition, where every account of the edition would be read otherwise.
CREATE INDEX account_of_customer ON account (edition_id, customer_id);

CREATE SEQUENCE backend_transaction_number;
CREATE TABLE transactions (
  edition_id bigint NOT NULL,
  backend_transaction_id bigint NOT NULL,
  origin text NOT NULL CHECK (origin IN ('terminal', 'online', 'auto', 'admin', 'gateway')),
  assignment_id bigint,
  terminal_transaction_number bigint,
  state text NOT NULL CHECK (state IN ('Open', 'TerminalConfirmUnknown', 'ReservePending', 'Reserve', 'ReserveExpired',
    'ExternalPending', 'ExternalUnknown', 'Committed', 'Aborted')),
  state_cause text NOT NULL CHECK (state_cause IN ('TR', 'TO', 'TD', 'BJ', 'WH', 'TM', 'AD', 'CU')),
  state_version integer NOT NULL,
  type text NOT NULL CHECK (type IN ('TopUp', 'Purchase', 'Chargeback', 'Refund', 'TagAdjustment')),
  payment_method text NOT NULL,
  currency text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  balance_delta_minor bigint NOT NULL,
  customer_id bigint,
  uid text,
  tag_generation integer,
  tag_transaction_number bigint,
  balance_before_minor bigint,
  balance_after_minor bigint,
  merchant_id text,
  group_id text,
  cashier_id text,
  shift_id text,
  session text,
  opened_at timestamptz NOT NULL,
  ended_at timestamptz,
  payload text NOT NULL,
  content_hash text NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, backend_transaction_id),
  FOREIGN KEY (edition_id, assignment_id) REFERENCES assignment,
  FOREIGN KEY (edition_id, customer_id) REFERENCES customer,
  CHECK ((origin = 'terminal') = (assignment_id IS NOT NULL AND terminal_transaction_number IS NOT NULL))
);
-- The two indexes are partial for a reason beyond their size: the check of a foreign key could use any index that begins
-- with the edition, and on a table without statistics it chose one that made it read the whole edition for every row.
-- R19: the terminal's key is unique for the edition (INV-04).
CREATE UNIQUE INDEX transactions_of_assignment ON transactions (edition_id, assignment_id, terminal_transaction_number)
  WHERE assignment_id IS NOT NULL;
-- R22: the tag's number is monitored (R23), never unique.
CREATE INDEX transactions_of_tag ON transactions (edition_id, uid, tag_generation, tag_transaction_number)
  WHERE uid IS NOT NULL;

CREATE TABLE transaction_state (
  edition_id bigint NOT NULL,
  backend_transaction_id bigint NOT NULL,
  step integer NOT NULL,
  from_state text,
  to_state text NOT NULL,
  cause text NOT NULL,
  state_version integer NOT NULL,
  content_hash text NOT NULL,
  seq bigint,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, backend_transaction_id, step),
  FOREIGN KEY (edition_id, backend_transaction_id) REFERENCES transactions
);

-- One debit account, one credit account, one positive amount: a row balances by construction (R1, INV-01).
CREATE TABLE posting (
  edition_id bigint NOT NULL,
  backend_transaction_id bigint NOT NULL,
  line integer NOT NULL,
  kind text NOT NULL,
  debit_account_id bigint NOT NULL,
  credit_account_id bigint NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  booked_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, backend_transaction_id, line),
  FOREIGN KEY (edition_id, backend_transaction_id) REFERENCES transactions,
  FOREIGN KEY (edition_id, debit_account_id) REFERENCES account,
  FOREIGN KEY (edition_id, credit_account_id) REFERENCES account,
  CHECK (debit_account_id <> credit_account_id)
);

CREATE TABLE tag_snapshot (
  edition_id bigint NOT NULL,
  assignment_id bigint NOT NULL,
  seq bigint NOT NULL,
  uid text NOT NULL,
  tag_generation integer NOT NULL,
  tag_transaction_number bigint NOT NULL,
  balance_minor bigint NOT NULL,
  adjustment_number integer NOT NULL,
  history text NOT NULL,
  read_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, assignment_id, seq),
  FOREIGN KEY (edition_id, assignment_id) REFERENCES assignment
);
CREATE INDEX tag_snapshot_of_tag ON tag_snapshot (edition_id, uid, tag_generation, tag_transaction_number);

-- The tag as last seen, by a snapshot or by a committed transaction that wrote it.
CREATE TABLE tag_last_seen (
  edition_id bigint NOT NULL,
  uid text NOT NULL,
  tag_generation integer NOT NULL,
  tag_transaction_number bigint NOT NULL,
  balance_minor bigint NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, uid, tag_generation),
  FOREIGN KEY (edition_id, uid) REFERENCES tag
);

CREATE TABLE transition_log (
  edition_id bigint NOT NULL,
  log_id bigint GENERATED ALWAYS AS IDENTITY,
  received_at timestamptz NOT NULL,
  assignment_id bigint NOT NULL,
  seq bigint NOT NULL,
  terminal_transaction_number bigint,
  uid text,
  from_state text,
  to_state text,
  code text NOT NULL,
  reason text NOT NULL,
  payload text NOT NULL,
  payload_hash text NOT NULL,
  resolution text CHECK (resolution IN ('booking', 'dismissal')),
  resolution_note text,
  resolved_by text,
  resolved_at timestamptz,
  resolved_by_transaction_id bigint,
  PRIMARY KEY (edition_id, log_id),
  FOREIGN KEY (edition_id, assignment_id) REFERENCES assignment,
  CHECK ((resolution IS NULL) = (resolved_at IS NULL))
);
CREATE INDEX transition_log_of_number ON transition_log (edition_id, assignment_id, terminal_transaction_number);
CREATE INDEX transition_log_unresolved ON transition_log (edition_id) WHERE resolved_at IS NULL;

CREATE TABLE alert (
  edition_id bigint NOT NULL,
  assignment_id bigint NOT NULL,
  code text NOT NULL,
  subject text NOT NULL,
  detail text NOT NULL,
  times bigint NOT NULL,
  first_raised_at timestamptz NOT NULL,
  last_raised_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, assignment_id, code, subject)
);

CREATE TABLE admin_password (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  password_hash text NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE admin_session (
  session_hash bytea PRIMARY KEY,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);

CREATE TABLE audit (
  audit_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  detail jsonb NOT NULL
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE ON posting FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER posting_keep BEFORE TRUNCATE ON posting FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_entry_append_only BEFORE UPDATE OR DELETE ON journal_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_entry_keep BEFORE TRUNCATE ON journal_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transaction_state_append_only BEFORE UPDATE OR DELETE ON transaction_state FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER transaction_state_keep BEFORE TRUNCATE ON transaction_state FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_keep BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- INV-06: final states do not change, and a transaction is never deleted.
CREATE FUNCTION keep_final_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'INV-04: a transaction is never deleted' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state IN ('Committed', 'Aborted') AND NEW.state <> OLD.state THEN
    RAISE EXCEPTION 'INV-06: transaction % is %, which is final', OLD.backend_transaction_id, OLD.state
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER transactions_final BEFORE UPDATE OR DELETE ON transactions FOR EACH ROW EXECUTE FUNCTION keep_final_state();

-- INV-05: the journal grows by whole batches and the seal never goes back.
CREATE FUNCTION keep_seal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.last_seq < OLD.last_seq OR NEW.journal_id <> OLD.journal_id THEN
    RAISE EXCEPTION 'INV-05: the seal of assignment % may not go back', OLD.assignment_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER assignment_seal BEFORE UPDATE ON assignment FOR EACH ROW EXECUTE FUNCTION keep_seal();
`;
