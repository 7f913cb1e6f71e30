import { z } from 'zod';

/** Who a member is; `system` and `hospitality` are proxies for what no person stands for (R56). */
export const memberTypes = ['pupil', 'staff', 'system', 'hospitality'] as const;
export type MemberType = (typeof memberTypes)[number];

/** R58, R62, R65. */
export const purseTypes = ['cash', 'sales', 'credit'] as const;
export type PurseType = (typeof purseTypes)[number];

/** The two purses every member has (R57–R62); the id of any other one is opaque (Q23). */
export const defaultPurseId = 'default';
export const salesPurseId = 'sales';

/** What a transaction of a purse is called on the wire (Q48); `clearedCredit` is also read as `creditCleared` (Q25). */
export const purseTransactionTypes = [
  'cash',
  'cheque',
  'directDebit',
  'directCredit',
  'transfer',
  'sale',
  'epayment',
  'cancellation',
  'credit',
  'clearedCredit',
] as const;
export type PurseTransactionType = (typeof purseTransactionTypes)[number];

/** Only sales wait (R63, R85, R90, R91). */
export const purseTransactionStates = ['notProcessed', 'processed'] as const;
export type PurseTransactionState = (typeof purseTransactionStates)[number];

export const creditClearedValues = ['NOT_CLEARED', 'CLEARED'] as const;

/** Q33: who manages an edition's credits, this backend or the integrators' tills. */
export const creditModes = ['TRAC', 'TILL'] as const;
export type CreditMode = (typeof creditModes)[number];

export const memberTypeSchema = z.enum(memberTypes).meta({ id: 'MemberType' });
export const creditModeSchema = z.enum(creditModes).meta({ id: 'CreditMode' });

/** Reads both spellings of a clearing (Q25). */
export const readPurseTransactionTypeSchema = z.preprocess(
  (value) => (value === 'creditCleared' ? 'clearedCredit' : value),
  z.enum(purseTransactionTypes),
);
