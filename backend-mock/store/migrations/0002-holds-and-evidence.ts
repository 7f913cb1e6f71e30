/** Holds, evidence from tags, adjustments for tags, and what an operator's request answered. Only adds. */
export const holdsAndEvidence = `
-- A provisional row stands for a transaction its till has not replicated yet: a reservation (TO) or tag evidence (TD).
ALTER TABLE transactions
  ADD COLUMN provisional boolean NOT NULL DEFAULT false,
  ADD COLUMN reserve_expires_at timestamptz,
  ADD COLUMN reservation_hash text,
  ADD COLUMN reference_assignment_id bigint,
  ADD COLUMN reference_terminal_number bigint,
  ADD CONSTRAINT transactions_reserve_expires CHECK (state <> 'ReservePending' OR reserve_expires_at IS NOT NULL OR origin <> 'terminal'),
  ADD CONSTRAINT transactions_provisional_books_nothing CHECK (NOT provisional OR state <> 'Committed');
CREATE INDEX transactions_pending ON transactions (edition_id, reserve_expires_at) WHERE state = 'ReservePending';
CREATE INDEX transactions_held ON transactions (edition_id, customer_id) WHERE state IN ('ReservePending', 'Reserve');
CREATE INDEX transactions_referring ON transactions (edition_id, reference_assignment_id, reference_terminal_number)
  WHERE reference_assignment_id IS NOT NULL;

-- What an authenticated tag showed and no till has sent: a change that holds nothing because it raised the balance, or one of
-- an assignment this database does not know. A row counts as missing while its transaction is not there.
CREATE TABLE missing_transaction (
  edition_id bigint NOT NULL REFERENCES edition,
  assignment_id bigint NOT NULL,
  terminal_transaction_number bigint NOT NULL,
  uid text NOT NULL,
  tag_generation integer NOT NULL,
  tag_transaction_number bigint NOT NULL,
  type text NOT NULL CHECK (type IN ('TopUp', 'Purchase', 'Chargeback', 'Refund', 'TagAdjustment')),
  balance_delta_minor bigint NOT NULL,
  seen_by_assignment_id bigint NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, assignment_id, terminal_transaction_number, uid, tag_generation, tag_transaction_number),
  FOREIGN KEY (edition_id, uid) REFERENCES tag
);
CREATE INDEX missing_transaction_of_tag ON missing_transaction (edition_id, uid);

-- Q20: changes booked in the backend on their way to the tag, numbered for each tag; without a number, only its blocked flag.
CREATE TABLE tag_adjustment (
  edition_id bigint NOT NULL,
  adjustment_id bigint GENERATED ALWAYS AS IDENTITY,
  uid text NOT NULL,
  adjustment_number integer CHECK (adjustment_number BETWEEN 1 AND 65535),
  amount_minor bigint NOT NULL,
  set_blocked boolean,
  booked_by_transaction_id bigint,
  reason text NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  collected_at timestamptz,
  collected_by_transaction_id bigint,
  superseded_at timestamptz,
  PRIMARY KEY (edition_id, adjustment_id),
  UNIQUE (edition_id, uid, adjustment_number),
  FOREIGN KEY (edition_id, uid) REFERENCES tag,
  FOREIGN KEY (edition_id, booked_by_transaction_id) REFERENCES transactions,
  FOREIGN KEY (edition_id, collected_by_transaction_id) REFERENCES transactions,
  CHECK ((adjustment_number IS NULL) = (set_blocked IS NOT NULL)),
  CHECK (adjustment_number IS NOT NULL OR amount_minor = 0),
  CHECK (adjustment_number IS NULL OR superseded_at IS NULL)
);
CREATE INDEX tag_adjustment_pending ON tag_adjustment (edition_id, uid) WHERE collected_at IS NULL AND superseded_at IS NULL;

CREATE TABLE idempotency_key (
  edition_id bigint NOT NULL REFERENCES edition,
  request_key text NOT NULL,
  request_hash text NOT NULL,
  answer text,
  received_at timestamptz NOT NULL,
  PRIMARY KEY (edition_id, request_key)
);

-- An adjustment is collected once, and what it is worth is never changed (INV-62).
CREATE FUNCTION keep_adjustment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'INV-62: an adjustment is never deleted' USING ERRCODE = 'restrict_violation';
  END IF;
  IF (NEW.uid, NEW.adjustment_number, NEW.amount_minor, NEW.set_blocked, NEW.booked_by_transaction_id)
     IS DISTINCT FROM (OLD.uid, OLD.adjustment_number, OLD.amount_minor, OLD.set_blocked, OLD.booked_by_transaction_id)
     OR (OLD.collected_at IS NOT NULL AND NEW.collected_at IS DISTINCT FROM OLD.collected_at) THEN
    RAISE EXCEPTION 'INV-62: adjustment % may not change', OLD.adjustment_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER tag_adjustment_kept BEFORE UPDATE OR DELETE ON tag_adjustment FOR EACH ROW EXECUTE FUNCTION keep_adjustment();
`;
