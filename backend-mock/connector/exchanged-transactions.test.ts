// Goal: what is posted to a Trac installation is what section 4 of the requirements says, and what is read from one is taken for what it
// is. Method: transactions by hand through the pure functions between the books and the wire.
import { describe, expect, test } from 'vitest';
import { externalIdsOf, ownKeyOf } from './own-identity.ts';
import { remoteTransactionSchema } from './remote-entities.ts';
import { bodyOf, identityOf, type SendableTransaction } from './sent-transaction.ts';
import { judgeTransaction, readRemoteTransaction } from './taken-transaction.ts';

const sale: SendableTransaction = {
  backendTransactionId: 77,
  ownKey: '3/12',
  assignmentId: 3,
  terminalTransactionNumber: 12,
  customerId: 1,
  purseId: 'sales',
  type: 'sale',
  amountMinor: -10_00,
  transactionDate: new Date('2026-09-07T11:30:00Z'),
  session: 'lunch',
  accountType: null,
  description: null,
  meal: true,
  creditPortionMinor: 2_50,
  funds: [{ title: 'Free School Meals', amountMinor: 2_50 }],
  products: [{ name: 'Curry', quantity: 1, amountMinor: 10_00 }],
  contraRemoteId: null,
};
const sender = { slug: 'smart', namespace: 'till', currency: 'GBP', credits: 'trac' } as const;

describe('what is posted', () => {
  test('R88, R130, R138, Q47: a sale of a till: negative, with our numbers, our status and an unsigned payment', () => {
    expect(bodyOf(sale, sender)).toEqual({
      amount: '-10.00',
      transactionDate: '2026-09-07T11:30:00.000Z',
      type: 'sale',
      accountType: 'MEAL',
      session: 'lunch',
      externalIds: { 'smart-assignmentId': '3', 'smart-txnNo': '12' },
      till: {
        status: 'synced',
        paymentMethods: ['ACCOUNT'],
        salePayments: { ACCOUNT: { paymentTotal: '10.00' } },
        products: [{ name: 'Curry', quantity: 1, amount: '10.00' }],
      },
    });
  });

  test('R117, R118: sourceOfFunds only where the credits are managed here; purses of one title are one source', () => {
    const funds = [
      ...sale.funds,
      { title: 'free school meals', amountMinor: 1_00 },
      { title: 'Duty', amountMinor: 2_00 },
    ];
    expect(bodyOf(sale, sender)).not.toHaveProperty('sourceOfFunds');
    expect(bodyOf({ ...sale, funds }, { ...sender, credits: 'klink' })).toMatchObject({
      sourceOfFunds: { 'free school meals': { amount: '3.50' }, duty: { amount: '2.00' } },
    });
    expect(bodyOf({ ...sale, funds: [] }, { ...sender, credits: 'klink' })).not.toHaveProperty('sourceOfFunds');
  });

  test('R109, R137: what is no meal says so; notes and coins are cash, and no sale', () => {
    expect(bodyOf({ ...sale, meal: false }, sender)).toMatchObject({ accountType: 'OTHER' });
    const coins = {
      ...sale,
      purseId: 'default' as const,
      type: 'cash' as const,
      amountMinor: 20_00,
      session: null,
      products: [],
    };
    const posted = bodyOf(coins, sender);
    expect(posted).toMatchObject({ amount: '20.00', type: 'cash', till: { status: 'synced' } });
    expect(posted).not.toHaveProperty('accountType');
  });
});

describe('our own', () => {
  test.each([
    [{ assignmentId: 3, terminalTransactionNumber: 12 }, '3/12'],
    [{ backendTransactionId: 77 }, '#77'],
  ])('%j is known again as %s, and only by our own names', (identity, key) => {
    expect(ownKeyOf(externalIdsOf(identity, 'smart'), 'smart')).toBe(key);
    expect(ownKeyOf(externalIdsOf(identity, 'smart'), 'other')).toBeUndefined();
  });

  test('a transaction that no till made has the number of this backend', () => {
    expect(identityOf({ ...sale, assignmentId: null, terminalTransactionNumber: null })).toEqual({
      backendTransactionId: 77,
    });
  });

  test.each([
    {},
    { 'smart-assignmentId': '3' },
    { 'smart-assignmentId': '3', 'smart-txnNo': '0x1' },
    { 'smart-transactionId': '-1' },
  ])('%j is nobody’s number', (externalIds) => {
    expect(ownKeyOf(externalIds, 'smart')).toBeUndefined();
  });
});

describe('what is read', () => {
  const remote = {
    meta: { transactionId: 'T1', memberId: 'M1', purseId: 'default', createdAt: '2026-09-07T11:30:00.000Z' },
    amount: '5.00',
    transactionDate: '2026-09-07T11:30:00Z',
    type: 'epayment',
  };
  const rules = { since: new Date('2026-09-01T00:00:00Z'), credits: 'trac' as const, contraOf: () => undefined };
  const verdictOf = (changes: object, more: Partial<typeof rules> | { credits: 'klink' } = {}) => {
    const read = readRemoteTransaction(remoteTransactionSchema.parse({ ...remote, ...changes }), 'GBP', 'smart');
    return read === undefined ? 'unreadable' : judgeTransaction(read, { ...rules, ...more });
  };

  test('Q46: an amount is read from its decimal, or its integer; what is neither is not guessed', () => {
    expect(verdictOf({})).toMatchObject({ outcome: 'book', transaction: { amountMinor: 5_00, type: 'epayment' } });
    expect(verdictOf({ amount: undefined, amountAsInteger: 5_00 })).toMatchObject({
      transaction: { amountMinor: 5_00 },
    });
    expect(verdictOf({ amount: '5.005' })).toBe('unreadable');
    expect(verdictOf({ amount: undefined })).toBe('unreadable');
    expect(verdictOf({ meta: { ...remote.meta, createdAt: 'yesterday' } })).toBe('unreadable');
  });

  test('R131: ours is ours whatever it says; R136: what is old by its date alone is booked', () => {
    expect(verdictOf({ externalIds: { 'smart-transactionId': '77' } })).toEqual({ outcome: 'own' });
    expect(verdictOf({ transactionDate: '2020-01-01' })).toMatchObject({ outcome: 'book' });
    expect(verdictOf({ meta: { ...remote.meta, createdAt: '2026-08-31T23:59:59Z' } })).toMatchObject({
      outcome: 'noted',
    });
  });

  test('Q25, R125: clearings are noted in both spellings, credits that follow from our own sales too', () => {
    const credit = { type: 'credit', meta: { ...remote.meta, purseId: 'free-school-meals' } };
    expect(verdictOf(credit)).toMatchObject({ outcome: 'book' });
    expect(verdictOf(credit, { credits: 'klink' })).toMatchObject({ outcome: 'noted' });
    for (const type of ['clearedCredit', 'creditCleared'])
      expect(verdictOf({ ...credit, type })).toMatchObject({ outcome: 'noted' });
    expect(verdictOf({ type: 'barter' })).toMatchObject({ outcome: 'refused' });
  });
});
