/** What a customer was sold above the limit stands on a purse of its own. Only adds. */
export const overspend = `
-- The account customer:<id>/overspend: it is owed, and never holds money (INV-69). Made when somebody is first sold more than they may.
ALTER TABLE account
  ADD CONSTRAINT account_overspend_is_owed CHECK (name NOT LIKE 'customer:%/overspend' OR balance_minor <= 0);
`;
