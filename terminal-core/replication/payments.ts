import type { PaymentAnswer } from '../../contract/wire/payment.ts';
import type { Credentials, PaymentPort, PaymentStanding, Uplink, UplinkFault } from '../checkout/backend-ports.ts';
import { uplinkFault } from '../checkout/uplink-faults.ts';
import { fault } from '../domain/fault.ts';
import { paymentRequestOf } from '../domain/payment.ts';
import { failed, ok, type Result } from '../domain/result.ts';

type PaymentUplink = Pick<Uplink, 'startPayment' | 'payment' | 'voidPayment'>;

const nothingToPay: PaymentStanding = { status: 'voided', reference: null, askAgainMs: 0 };

/** Card payments over the same line as everything else; a till that is not enrolled has none. */
export function paymentsOver(uplink: PaymentUplink, credentials: () => Credentials | null): PaymentPort {
  const asked = async <Answer extends PaymentAnswer | null, Standing>(
    ask: (access: Credentials) => Promise<Result<Answer, UplinkFault>>,
    read: (answer: Answer) => Standing,
  ) => {
    const access = credentials();
    if (!access) return failed(fault('NOT_ENROLLED'));
    const answer = await ask(access);
    return answer.ok ? ok(read(answer.value)) : failed(uplinkFault(answer.fault));
  };
  return {
    start: (transaction) => {
      const request = paymentRequestOf(transaction);
      return asked(
        (access) => uplink.startPayment(access, transaction.terminalTransactionNumber, request),
        (answer) => answer,
      );
    },
    ask: (number) =>
      asked(
        (access) => uplink.payment(access, number),
        (answer) => answer,
      ),
    void: (number) =>
      asked(
        (access) => uplink.voidPayment(access, number),
        (answer) => answer ?? nothingToPay,
      ),
  };
}
