/** The screen that the customer sees. */
export const customerDisplayEn = {
  customer: {
    welcome: 'Welcome',
    tap: 'Please hold your tag to the reader',
    card: 'Please follow the card terminal',
    confirm: 'Same tag again to confirm',
    askStaff: 'Please ask at the till.',
    refused: 'That did not work',
    notEnough: 'Not enough on the tag',
  },
};
