/** Refunds that the backend makes (Q20, Q21): by hand and through the payment gateway. Only adds. */
export const refunds = `
CREATE TABLE refund (
  edition_id bigint NOT NULL,
  backend_transaction_id bigint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('manual', 'gateway')),
  -- The account that the money leaves by.
  channel text NOT NULL CHECK (channel IN ('cash', 'card', 'online', 'admin')),
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  fee_minor bigint NOT NULL CHECK (fee_minor >= 0),
  -- In tag mode: the adjustment that takes it off the tag before it is paid out; null in account mode.
  adjustment_uid text,
  adjustment_number integer,
  -- Where the money goes: a payment of the gateway.
  payment_reference text,
  -- Committed before the gateway is asked: from then on nobody knows that it was not paid.
  requested_at timestamptz,
  checks integer NOT NULL DEFAULT 0 CHECK (checks >= 0),
  next_check_at timestamptz,
  PRIMARY KEY (edition_id, backend_transaction_id),
  FOREIGN KEY (edition_id, backend_transaction_id) REFERENCES transactions,
  FOREIGN KEY (edition_id, adjustment_uid, adjustment_number) REFERENCES tag_adjustment (edition_id, uid, adjustment_number),
  CHECK ((adjustment_uid IS NULL) = (adjustment_number IS NULL)),
  CHECK (kind = 'gateway' OR (payment_reference IS NULL AND next_check_at IS NULL AND requested_at IS NULL))
);
CREATE INDEX refund_due ON refund (edition_id, next_check_at) WHERE next_check_at IS NOT NULL;

-- INV-67: what a refund is worth never changes, and in tag mode none is booked while its money may still be on a tag. What the
-- gateway was asked for may have been paid: that it was not on a tag then is what counts.
CREATE FUNCTION keep_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.kind, NEW.channel, NEW.amount_minor, NEW.fee_minor, NEW.adjustment_uid, NEW.adjustment_number, NEW.payment_reference)
       IS DISTINCT FROM (OLD.kind, OLD.channel, OLD.amount_minor, OLD.fee_minor, OLD.adjustment_uid, OLD.adjustment_number, OLD.payment_reference)
     OR (OLD.requested_at IS NOT NULL AND NEW.requested_at IS DISTINCT FROM OLD.requested_at) THEN
    RAISE EXCEPTION 'INV-67: refund % may not change', OLD.backend_transaction_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refund_kept BEFORE UPDATE OR DELETE ON refund FOR EACH ROW EXECUTE FUNCTION keep_refund();

CREATE FUNCTION refund_collected_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM refund r
               JOIN tag_adjustment a ON a.edition_id = r.edition_id AND a.uid = r.adjustment_uid AND a.adjustment_number = r.adjustment_number
              WHERE r.edition_id = NEW.edition_id AND r.backend_transaction_id = NEW.backend_transaction_id AND r.requested_at IS NULL AND a.collected_at IS NULL)
     AND EXISTS (SELECT FROM assignment s WHERE s.edition_id = NEW.edition_id AND s.closed_at IS NULL) THEN
    RAISE EXCEPTION 'INV-67: what refund % pays out may still be on a tag', NEW.backend_transaction_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER transactions_refund_collected BEFORE UPDATE ON transactions FOR EACH ROW
  WHEN (NEW.state = 'Committed' AND OLD.state <> 'Committed' AND NEW.type = 'Refund' AND NEW.origin <> 'terminal')
  EXECUTE FUNCTION refund_collected_only();

-- The simulated gateway's own memory of what it paid back.
CREATE TABLE simulated_refund (
  refund_key text PRIMARY KEY,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency text NOT NULL,
  status text NOT NULL CHECK (status IN ('pending', 'refunded', 'declined')),
  asked_at timestamptz NOT NULL,
  times_paid integer NOT NULL CHECK (times_paid BETWEEN 0 AND 1),
  CHECK ((status = 'refunded') = (times_paid = 1))
);
`;
