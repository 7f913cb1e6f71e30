/** Top-ups that no till makes: online and by a card on file; and the notices of a provider. Only adds. */
export const outsideTopUps = `
-- The low balance rule of a customer. next_look_at: not before then, after a card was declined or the day's limit was reached.
CREATE TABLE auto_top_up (
  edition_id bigint NOT NULL,
  customer_id bigint NOT NULL,
  threshold_minor bigint NOT NULL CHECK (threshold_minor >= 0),
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  limit_per_day_minor bigint NOT NULL CHECK (limit_per_day_minor >= 0),
  card_token text,
  active boolean NOT NULL,
  next_look_at timestamptz,
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL,
  PRIMARY KEY (edition_id, customer_id),
  FOREIGN KEY (edition_id, customer_id) REFERENCES customer
);
CREATE INDEX transactions_outside ON transactions (edition_id, customer_id, opened_at) WHERE origin IN ('online', 'auto');

-- A notice that was received once is refused for ever after: within the bounds of its time by this, later by its time.
CREATE TABLE payment_notice (
  notice_id text PRIMARY KEY,
  received_at timestamptz NOT NULL
);
CREATE INDEX payment_notice_received ON payment_notice (received_at);
CREATE TABLE payment_notice_secret (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  secret bytea NOT NULL,
  created_at timestamptz NOT NULL
);

-- What the simulated provider has yet to tell; 'approved twice' is two of them about one charge.
CREATE TABLE simulated_notice (
  notice_id text PRIMARY KEY,
  charge_key text NOT NULL REFERENCES simulated_charge,
  due_at timestamptz NOT NULL,
  tries integer NOT NULL DEFAULT 0
);
CREATE INDEX simulated_notice_due ON simulated_notice (due_at);
`;
