/**
 * A member's credits are looked for by their times. The index is partial as those of 0013 are; a page of credits keeps room for what is
 * used of them, so that the same page takes the change and no index has to be told.
 */
export const creditsByTime = `
DROP INDEX credit_of_member;
CREATE INDEX credit_of_member ON credit (edition_id, customer_id, expires_at) WHERE customer_id IS NOT NULL;
ALTER TABLE credit SET (fillfactor = 70);
`;
