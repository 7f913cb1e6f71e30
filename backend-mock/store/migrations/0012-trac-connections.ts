/** A Trac installation on the other side, and the opening balances that were imported. Only adds. */
export const tracConnections = `
-- One Trac organisation stands for one edition. The private key never leaves this table.
CREATE TABLE trac_connection (
  edition_id bigint PRIMARY KEY REFERENCES edition,
  address text NOT NULL,
  audience text NOT NULL,
  organisation text NOT NULL,
  installation_id text NOT NULL,
  slug text NOT NULL,
  -- Where this integration keeps what is its own in an entity of the other side (R130).
  namespace text NOT NULL,
  direction text NOT NULL CHECK (direction IN ('push', 'pull', 'both')),
  credits text NOT NULL CHECK (credits IN ('klink', 'trac')),
  active boolean NOT NULL,
  private_key_pem text NOT NULL,
  public_key_pem text NOT NULL,
  -- Nothing older is taken from the other side or given to it.
  since timestamptz NOT NULL,
  -- R135: the newest createdAt that a whole reading has seen; and how far the reading under way has come.
  seen_until timestamptz,
  reading_from timestamptz,
  reading_started_at timestamptz,
  reading_key text,
  reading_seen_until timestamptz,
  -- When the last whole reading began: until then the other side is known here.
  pulled_until timestamptz,
  -- Nothing made before is waiting to be sent: a year of sales is not looked through for a few new ones.
  sent_until timestamptz,
  -- Whoever holds the lease talks to the other side; another process takes it over when it has run out.
  lease_token text,
  lease_until timestamptz,
  next_round_at timestamptz NOT NULL,
  last_round_at timestamptz,
  failures integer NOT NULL DEFAULT 0,
  fault_code text,
  fault_detail text,
  fault_since timestamptz,
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL,
  CHECK ((lease_token IS NULL) = (lease_until IS NULL)),
  CHECK ((fault_code IS NULL) = (fault_since IS NULL))
);

-- Who is who on the other side.
CREATE TABLE trac_member (
  edition_id bigint NOT NULL,
  customer_id bigint NOT NULL,
  remote_member_id text NOT NULL,
  found_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, customer_id),
  UNIQUE (edition_id, remote_member_id),
  FOREIGN KEY (edition_id, customer_id) REFERENCES customer
);

-- INV-75: a transaction of the other side is taken once, whatever page shows it how often.
CREATE TABLE trac_received (
  edition_id bigint NOT NULL REFERENCES trac_connection,
  remote_transaction_id text NOT NULL,
  remote_created_at timestamptz NOT NULL,
  remote_member_id text NOT NULL,
  remote_purse_id text NOT NULL,
  type text NOT NULL,
  amount_minor bigint NOT NULL,
  processed boolean NOT NULL,
  credit_portion_minor bigint,
  outcome text NOT NULL CHECK (outcome IN ('own', 'noted', 'booked', 'refused')),
  reason text,
  backend_transaction_id bigint,
  -- Of one that went from here: what it is called here, also where this backend was put back and has yet to hear of it again.
  own_key text,
  content text NOT NULL,
  received_at timestamptz NOT NULL,
  read_again_at timestamptz,
  PRIMARY KEY (edition_id, remote_transaction_id),
  FOREIGN KEY (edition_id, backend_transaction_id) REFERENCES transactions,
  CHECK (outcome <> 'refused' OR reason IS NOT NULL)
);
CREATE INDEX trac_received_here ON trac_received (edition_id, backend_transaction_id) WHERE backend_transaction_id IS NOT NULL;
CREATE INDEX trac_received_own ON trac_received (edition_id, own_key) WHERE own_key IS NOT NULL;
CREATE INDEX trac_received_unprocessed ON trac_received (edition_id, remote_created_at) WHERE NOT processed;
CREATE INDEX trac_received_refused ON trac_received (edition_id, remote_created_at) WHERE outcome = 'refused';

-- INV-76: a transaction of ours is given to the other side once. 'sending' is committed before the request leaves: one that is found so
-- later may have arrived, and is looked for over there before it is sent again.
CREATE TABLE trac_sent (
  edition_id bigint NOT NULL REFERENCES trac_connection,
  backend_transaction_id bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('sending', 'sent', 'refused')),
  remote_transaction_id text,
  first_sent_at timestamptz NOT NULL,
  last_sent_at timestamptz NOT NULL,
  reason text,
  -- Refused because the other side does not know whose it is: tried again by every round.
  waits_for_member boolean NOT NULL DEFAULT false,
  PRIMARY KEY (edition_id, backend_transaction_id),
  UNIQUE (edition_id, remote_transaction_id),
  FOREIGN KEY (edition_id, backend_transaction_id) REFERENCES transactions,
  CHECK ((state = 'sent') = (remote_transaction_id IS NOT NULL)),
  CHECK (state <> 'refused' OR reason IS NOT NULL)
);
CREATE INDEX trac_sent_open ON trac_sent (edition_id, state) WHERE state <> 'sent';

-- INV-77: a member has one opening balance, which never changes.
CREATE TABLE opening_balance (
  edition_id bigint NOT NULL,
  customer_id bigint NOT NULL,
  amount_minor bigint NOT NULL,
  -- Null where the balance is zero: nothing was booked.
  backend_transaction_id bigint,
  file_name text NOT NULL,
  file_sha256 text NOT NULL,
  line integer NOT NULL,
  imported_at timestamptz NOT NULL,
  imported_by text NOT NULL,
  PRIMARY KEY (edition_id, customer_id),
  FOREIGN KEY (edition_id, customer_id) REFERENCES customer,
  FOREIGN KEY (edition_id, backend_transaction_id) REFERENCES transactions,
  CHECK ((amount_minor = 0) = (backend_transaction_id IS NULL))
);
CREATE TRIGGER opening_balance_append_only BEFORE UPDATE OR DELETE ON opening_balance FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER opening_balance_keep BEFORE TRUNCATE ON opening_balance FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
`;
