import type { PaymentPort } from '../checkout/backend-ports.ts';
import { fault } from '../domain/fault.ts';
import { failed } from '../domain/result.ts';

/** In the place of card payments where nothing may ever leave the till: training charges no card. */
export const noPayments: PaymentPort = {
  start: () => Promise.resolve(failed(fault('TRAINING'))),
  ask: () => Promise.resolve(failed(fault('TRAINING'))),
  void: () => Promise.resolve(failed(fault('TRAINING'))),
};
