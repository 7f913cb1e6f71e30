/** What a transaction of this backend is called on the other side (requirements 4): the till's numbers, or this backend's own. */
export type OwnIdentity =
  | { readonly assignmentId: number; readonly terminalTransactionNumber: number }
  | { readonly backendTransactionId: number };

/** Its `externalIds`, whose names begin with the integration's slug. */
export function externalIdsOf(identity: OwnIdentity, slug: string): Readonly<Record<string, string>> {
  return 'assignmentId' in identity
    ? {
        [`${slug}-assignmentId`]: String(identity.assignmentId),
        [`${slug}-txnNo`]: String(identity.terminalTransactionNumber),
      }
    : { [`${slug}-transactionId`]: String(identity.backendTransactionId) };
}

/**
 * By what a transaction is known to have gone from here, as the SQL `ownKey` makes it; `undefined` where it is somebody else's. Another
 * integration's names do not count, however they look.
 */
export function ownKeyOf(externalIds: Readonly<Record<string, string>>, slug: string): string | undefined {
  const number = (name: string): string | undefined => {
    const text = externalIds[`${slug}-${name}`];
    return text !== undefined && /^[1-9]\d{0,15}$/.test(text) ? text : undefined;
  };
  const assignmentId = number('assignmentId');
  const transactionNumber = number('txnNo');
  if (assignmentId !== undefined && transactionNumber !== undefined) return `${assignmentId}/${transactionNumber}`;
  const backendTransactionId = number('transactionId');
  return backendTransactionId === undefined ? undefined : `#${backendTransactionId}`;
}
