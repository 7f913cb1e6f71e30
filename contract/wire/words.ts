import { z } from 'zod';

/** The states a till knows, in the order a transaction passes through them (R28–R32). */
export const terminalStates = [
  'Open',
  'TerminalConfirmStarted',
  'TerminalConfirmUnknown',
  'Committed',
  'Aborted',
] as const;
export type TerminalState = (typeof terminalStates)[number];

/** The states that leave the till (R30–R32, Q2). */
export const replicableStates = ['TerminalConfirmUnknown', 'Committed', 'Aborted'] as const;
export type ReplicableState = (typeof replicableStates)[number];

/** The states a transaction can have in the backend (R37–R45). */
export const backendStates = [
  'Open',
  'TerminalConfirmUnknown',
  'ReservePending',
  'Reserve',
  'ReserveExpired',
  'ExternalPending',
  'ExternalUnknown',
  'Committed',
  'Aborted',
] as const;
export type BackendState = (typeof backendStates)[number];

/** The four types of the seed (R3), and the tag adjustment that books nothing (Q20). */
export const transactionTypes = ['TopUp', 'Purchase', 'Chargeback', 'Refund', 'TagAdjustment'] as const;
export type TransactionType = (typeof transactionTypes)[number];

export const paymentMethods = ['tag', 'cash', 'card', 'online', 'none'] as const;
export type PaymentMethod = (typeof paymentMethods)[number];

/** `tag`: the balance is on the tag. `account`: the tag identifies, the balance is in the backend. */
export const editionModes = ['tag', 'account'] as const;
export type EditionMode = (typeof editionModes)[number];

export const transactionTypeSchema = z.enum(transactionTypes).meta({ id: 'TransactionType' });
export const paymentMethodSchema = z.enum(paymentMethods).meta({ id: 'PaymentMethod' });
export const backendStateSchema = z.enum(backendStates).meta({ id: 'BackendState' });

/** Any state a till may put on the wire by mistake or on purpose; `Commited` is read as `Committed` and never written (Q1). */
export const readStateSchema = z.preprocess(
  (value) => (value === 'Commited' ? 'Committed' : value),
  z.enum([...backendStates, 'TerminalConfirmStarted']),
);
