/** Steps that were refused to somebody else than a till, and tag images out of imported journals. Only adds. */
export const refusedSteps = `
-- R49 for every cause: a row by TR belongs to an entry of a journal and waits for an operator; any other one is about a transaction
-- that the backend has, and whoever asked was told no.
ALTER TABLE transition_log
  ALTER COLUMN assignment_id DROP NOT NULL,
  ALTER COLUMN seq DROP NOT NULL,
  ADD COLUMN cause text NOT NULL DEFAULT 'TR' CHECK (cause IN ('TR', 'TO', 'TD', 'BJ', 'WH', 'TM', 'AD', 'CU')),
  ADD COLUMN backend_transaction_id bigint,
  ADD CONSTRAINT transition_log_of_transaction FOREIGN KEY (edition_id, backend_transaction_id) REFERENCES transactions,
  ADD CONSTRAINT transition_log_names_what CHECK (
    CASE WHEN cause = 'TR' THEN assignment_id IS NOT NULL AND seq IS NOT NULL
         ELSE assignment_id IS NULL AND backend_transaction_id IS NOT NULL AND resolved_at IS NOT NULL END);
CREATE INDEX transition_log_of_backend_number ON transition_log (edition_id, backend_transaction_id) WHERE backend_transaction_id IS NOT NULL;

-- A forked journal has other entries under the same numbers: its images are kept beside those that were received.
ALTER TABLE tag_snapshot
  ADD COLUMN imported_hash text NOT NULL DEFAULT '',
  DROP CONSTRAINT tag_snapshot_pkey,
  ADD CONSTRAINT tag_snapshot_pkey PRIMARY KEY (edition_id, assignment_id, seq, imported_hash);
`;
