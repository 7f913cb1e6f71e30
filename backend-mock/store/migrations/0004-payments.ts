/** Payments outside the closed loop (Q12, Q13): by card at a till, online, and by a card on file. Only adds. */
export const payments = `
CREATE TABLE payment (
  edition_id bigint NOT NULL,
  backend_transaction_id bigint NOT NULL,
  -- What the provider knows the payment by: the same key is charged once, however often it is sent.
  payment_key text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  fee_minor bigint NOT NULL CHECK (fee_minor >= 0 AND fee_minor < amount_minor),
  currency text NOT NULL,
  card_token text,
  status text NOT NULL CHECK (status IN ('pending', 'approved', 'declined', 'voided', 'unknown')),
  reference text,
  void_requested_at timestamptz,
  created_at timestamptz NOT NULL,
  checks integer NOT NULL DEFAULT 0 CHECK (checks >= 0),
  -- When the provider is asked next; null: nobody asks any more.
  next_check_at timestamptz,
  PRIMARY KEY (edition_id, backend_transaction_id),
  UNIQUE (edition_id, payment_key),
  -- Two top-ups confirmed by one payment is what must never be.
  UNIQUE (edition_id, reference),
  FOREIGN KEY (edition_id, backend_transaction_id) REFERENCES transactions,
  CHECK (status <> 'approved' OR (reference IS NOT NULL AND void_requested_at IS NULL))
);
CREATE INDEX payment_due ON payment (edition_id, next_check_at) WHERE next_check_at IS NOT NULL;

CREATE TABLE payment_step (
  edition_id bigint NOT NULL,
  backend_transaction_id bigint NOT NULL,
  step integer NOT NULL,
  from_status text,
  to_status text NOT NULL,
  cause text NOT NULL CHECK (cause IN ('request', 'answer', 'check', 'notice', 'void', 'time', 'operator')),
  at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, backend_transaction_id, step),
  FOREIGN KEY (edition_id, backend_transaction_id) REFERENCES payment
);
CREATE TRIGGER payment_step_append_only BEFORE UPDATE OR DELETE ON payment_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payment_step_keep BEFORE TRUNCATE ON payment_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A till took a payment back before its request arrived: the request, arriving late, charges nothing.
CREATE TABLE payment_refused (
  edition_id bigint NOT NULL,
  assignment_id bigint NOT NULL,
  terminal_transaction_number bigint NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, assignment_id, terminal_transaction_number),
  FOREIGN KEY (edition_id, assignment_id) REFERENCES assignment
);

-- INV-63: what a payment is worth never changes, declined and voided are final, and money that was booked is not given back here.
CREATE FUNCTION keep_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'INV-63: a payment is never deleted' USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.payment_key, NEW.amount_minor, NEW.fee_minor, NEW.currency) IS DISTINCT FROM
     (OLD.payment_key, OLD.amount_minor, OLD.fee_minor, OLD.currency)
     OR (OLD.reference IS NOT NULL AND NEW.reference IS DISTINCT FROM OLD.reference)
     OR (OLD.status IN ('declined', 'voided') AND NEW.status <> OLD.status)
     OR (OLD.void_requested_at IS NOT NULL AND NEW.void_requested_at IS DISTINCT FROM OLD.void_requested_at) THEN
    RAISE EXCEPTION 'INV-63: payment of transaction % may not change so', OLD.backend_transaction_id USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.void_requested_at IS DISTINCT FROM OLD.void_requested_at OR NEW.status IS DISTINCT FROM OLD.status AND NEW.status IN ('declined', 'voided'))
     AND EXISTS (SELECT FROM transactions t WHERE t.edition_id = NEW.edition_id
                    AND t.backend_transaction_id = NEW.backend_transaction_id AND t.state = 'Committed') THEN
    RAISE EXCEPTION 'INV-63: the payment of transaction % is booked', OLD.backend_transaction_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payment_kept BEFORE UPDATE OR DELETE ON payment FOR EACH ROW EXECUTE FUNCTION keep_payment();

-- INV-64: a transaction with a payment is not booked on one that is open, declined, voided or being voided.
CREATE FUNCTION book_paid_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM payment p WHERE p.edition_id = NEW.edition_id AND p.backend_transaction_id = NEW.backend_transaction_id
                AND (p.status NOT IN ('approved', 'unknown') OR p.void_requested_at IS NOT NULL)) THEN
    RAISE EXCEPTION 'INV-64: transaction % is not paid', NEW.backend_transaction_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER transactions_paid BEFORE UPDATE ON transactions FOR EACH ROW
  WHEN (NEW.state = 'Committed' AND OLD.state <> 'Committed' AND NEW.payment_method IN ('card', 'online'))
  EXECUTE FUNCTION book_paid_only();

-- The simulated payment provider's own memory: it knows keys and amounts, and nothing of editions or transactions.
CREATE TABLE simulated_charge (
  charge_key text PRIMARY KEY,
  amount_minor bigint,
  currency text,
  status text NOT NULL CHECK (status IN ('pending', 'approved', 'declined', 'voided')),
  reference text UNIQUE,
  charged_at timestamptz,
  -- How often money was really taken; more than one is what must never be.
  times_charged integer NOT NULL DEFAULT 0 CHECK (times_charged BETWEEN 0 AND 1),
  CHECK (status <> 'approved' OR (reference IS NOT NULL AND times_charged = 1))
);
`;
