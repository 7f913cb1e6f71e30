/** What tills of an account-mode edition may sell while they cannot ask, and how far an account may be overdrawn (Q52). */
export const accountLimits = `
ALTER TABLE edition ADD COLUMN account_limits jsonb CHECK (jsonb_typeof(account_limits) = 'object');
`;
