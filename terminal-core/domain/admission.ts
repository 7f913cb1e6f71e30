import type { FaultCode } from '../../contract/ipc/fault.ts';

/** What an edition allows, in minor units of its currency. */
export interface AmountLimits {
  readonly maximumBalanceMinor: number;
  readonly maximumTopUpMinor: number;
  readonly maximumPurchaseMinor: number;
}

/** Why a tag with this balance may not take part in this transaction; `missingMinor` and the like for the text. */
export interface Denial {
  readonly code: FaultCode;
  readonly details: Readonly<Record<string, number>>;
}

/** Whether a cart or top-up may be put to a tag at all, before one is shown. */
export function denyAmount(
  charge: { readonly type: 'Purchase' | 'TopUp'; readonly amountMinor: number; readonly feeMinor: number },
  limits: AmountLimits,
): Denial | null {
  const maximumMinor = charge.type === 'Purchase' ? limits.maximumPurchaseMinor : limits.maximumTopUpMinor;
  if (charge.amountMinor > maximumMinor)
    return { code: 'AMOUNT_LIMIT', details: { amountMinor: charge.amountMinor, maximumMinor } };
  if (charge.type === 'TopUp' && charge.amountMinor <= charge.feeMinor)
    return { code: 'AMOUNT_BELOW_FEE', details: { amountMinor: charge.amountMinor, feeMinor: charge.feeMinor } };
  return null;
}

/**
 * Whether a tag may be changed by this amount (tag.md, "Balance limits"): never below zero by a purchase, never above the
 * edition's maximum by anything that adds. A balance that the backend's correction left negative may still be topped up.
 */
export function denyBalance(balanceMinor: number, balanceDeltaMinor: number, limits: AmountLimits): Denial | null {
  const after = balanceMinor + balanceDeltaMinor;
  if (balanceDeltaMinor < 0 && after < 0)
    return { code: 'INSUFFICIENT_FUNDS', details: { balanceMinor, missingMinor: -after } };
  if (balanceDeltaMinor > 0 && after > limits.maximumBalanceMinor) {
    const { maximumBalanceMinor } = limits;
    return {
      code: 'BALANCE_LIMIT',
      details: { balanceMinor, maximumBalanceMinor, excessMinor: after - maximumBalanceMinor },
    };
  }
  return null;
}
