/**
 * What of the rejected entries still waits for somebody, and what was noted of a transaction, found without reading all of
 * them: the one is counted for every view. Additive.
 */
export const rejectionsOpen = /* sql */ `
CREATE INDEX journal_result_open ON journal_result (seq) WHERE resolved_at IS NULL;
CREATE INDEX monitor_of_txn ON monitor (terminal_transaction_number);
`;
