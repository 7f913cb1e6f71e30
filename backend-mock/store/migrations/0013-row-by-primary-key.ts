/**
 * Four indexes become partial, by a condition that every row meets and whoever looks a row up by it implies. The check of a foreign key
 * could use any index that begins with the edition, and on a table without statistics it chose these: it then read the whole edition
 * for every row, in each connection, until the tables were analysed. `foreign-key-plans.process.test.ts` looks at all of them.
 */
export const rowByPrimaryKey = `
ALTER TABLE member DROP CONSTRAINT member_edition_id_member_id_key;
CREATE UNIQUE INDEX member_of_id ON member (edition_id, member_id) WHERE member_id IS NOT NULL;
ALTER TABLE purse DROP CONSTRAINT purse_edition_id_account_id_key;
CREATE UNIQUE INDEX purse_of_account ON purse (edition_id, account_id) WHERE account_id IS NOT NULL;
DROP INDEX purse_transaction_created;
DROP INDEX purse_transaction_of_member;
CREATE INDEX purse_transaction_created ON purse_transaction (edition_id, created_at, backend_transaction_id) WHERE created_at IS NOT NULL;
CREATE INDEX purse_transaction_of_member ON purse_transaction (edition_id, customer_id, business_date) WHERE customer_id IS NOT NULL;
`;
