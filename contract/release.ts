/** The release all of this belongs to, as `package.json` names it (a test compares the two). */
export const release = '0.1.0';
