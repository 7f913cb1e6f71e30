// Goal: defaults fill what a request leaves out and nothing else (R127–R129, Q40). Method: the example of seed 002, word for word.
import { expect, test } from 'vitest';
import { changedBy, filledWith, purseKeyOf } from './defaults.ts';
import { transactionDefaults } from './transaction-defaults.ts';

const seed = {
  transaction: {
    default: { till: { status: 'unsynced' }, parentPay: { status: 'unsynced' } },
    sales: { till: { status: 'synced' }, parentPay: { status: 'unsynced' } },
    credit: { till: { status: 'unsynced' }, parentPay: { status: 'synced' } },
  },
};

test('R127: defaults reach any field in any depth, and only where the request says nothing', () => {
  const body = { amount: '-1.00', till: { salePayments: { ACCOUNT: { paymentTotal: '1.00' } } } };
  expect(filledWith(body, seed.transaction.sales)).toEqual({
    amount: '-1.00',
    till: { salePayments: { ACCOUNT: { paymentTotal: '1.00' } }, status: 'synced' },
    parentPay: { status: 'unsynced' },
  });
});

test('Q40: a value of the request wins, false, null and an empty text too', () => {
  expect(filledWith({ a: false, b: null, c: '' }, { a: true, b: 1, c: 'x', d: 2 })).toEqual({
    a: false,
    b: null,
    c: '',
    d: 2,
  });
  expect(filledWith({ till: 'no object' }, { till: { status: 'unsynced' } })).toEqual({ till: 'no object' });
});

test('R128: what is laid down for the kind of purse goes over what is laid down for all', () => {
  const defaults = {
    transaction: { till: { status: 'unsynced', shop: 'hall' }, sales: { till: { status: 'synced' } } },
  };
  expect(transactionDefaults(defaults, 'sales')).toEqual({ till: { status: 'synced', shop: 'hall' } });
  expect(transactionDefaults(defaults, 'default')).toEqual({ till: { status: 'unsynced', shop: 'hall' } });
});

test('R129: a purse that is neither sales nor default takes the defaults of credits', () => {
  expect(purseKeyOf('default')).toBe('default');
  expect(purseKeyOf('sales')).toBe('sales');
  expect(purseKeyOf('free-school-meals')).toBe('credit');
  expect(purseKeyOf('01J8Z3NDEKTSV4RRFFQ69G5FAV')).toBe('credit');
});

test('a change goes over what was there and leaves the rest', () => {
  expect(changedBy({ till: { status: 'unsynced', id: 7 }, note: 'a' }, { till: { status: 'synced' } })).toEqual({
    till: { status: 'synced', id: 7 },
    note: 'a',
  });
});
