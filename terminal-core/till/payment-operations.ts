import type { Fault } from '../../contract/ipc/fault.ts';
import type { Outcome } from '../../contract/ipc/operations.ts';
import type { ChargeView } from '../../contract/ipc/till-view.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { CardTopUp } from './card-top-up.ts';
import type { Desk, Patience } from './desk.ts';
import { chargeOf, openPaymentView } from './open-payment.ts';
import type { TapRequest, TillOperations } from './operations.ts';
import type { PaymentDesk } from './payment-desk.ts';
import type { TagWork } from './work.ts';

/** What these operations need of the till, which alone begins and ends a piece of work. */
export interface PaymentOperationParts {
  readonly paymentDesk: PaymentDesk;
  patience(request: TapRequest): Patience;
  run(view: ChargeView, makeWork: (desk: Desk) => TagWork): Promise<Result<Outcome, Fault>>;
}

export type PaymentOperations = Pick<TillOperations, 'payments' | 'finishPayment' | 'voidPayment'>;

/** How the open card payment stands, and its two ends (Q13). */
export function paymentOperations(till: PaymentOperationParts): PaymentOperations {
  const { paymentDesk } = till;
  return {
    payments: async () => {
      const problem = await paymentDesk.ask();
      const { open } = paymentDesk;
      return ok({ open: open && openPaymentView(open), fault: problem });
    },
    finishPayment: (request) => {
      const { open } = paymentDesk;
      if (!open) return Promise.resolve(failed(fault('NO_OPEN_PAYMENT')));
      const { view } = chargeOf(open);
      return till.run(view, (desk) => CardTopUp.resumed(open, 'finish', desk, till.patience(request)));
    },
    voidPayment: (request) => {
      const { open } = paymentDesk;
      if (!open) return Promise.resolve(failed(fault('NO_OPEN_PAYMENT')));
      const view = { ...chargeOf(open).view, purpose: 'payment-void' } as const;
      const patience = till.patience({ ...request, firstTagOnly: true });
      return till.run(view, (desk) => CardTopUp.resumed(open, 'void', desk, patience));
    },
  };
}
