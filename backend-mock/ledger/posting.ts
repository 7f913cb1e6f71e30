/** One line of a committed transaction: the debit account receives, the credit account pays (R1, R2). */
export type Posting = {
  backendTransactionId: number;
  line: number;
  kind: string;
  debitAccountId: number;
  creditAccountId: number;
  amountMinor: number;
};
