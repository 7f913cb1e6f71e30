import { canteenDe } from './canteen/de.ts';
import { checkoutDe } from './checkout/de.ts';
import { customerDisplayDe } from './customer-display/de.ts';
import { diagnosticsDe } from './diagnostics/de.ts';
import type { Texts } from './en.ts';
import { faultsDe } from './faults/de.ts';
import { receiptsDe } from './receipts/de.ts';
import { saleDe } from './sale/de.ts';
import { simulatorDe } from './simulator/de.ts';
import { staffDe } from './staff/de.ts';
import { startDe } from './start/de.ts';
import { transactionsDe } from './transactions/de.ts';
import { windowDe } from './window/de.ts';

export const de: Texts = {
  ...startDe,
  ...windowDe,
  ...saleDe,
  ...checkoutDe,
  ...transactionsDe,
  ...staffDe,
  ...customerDisplayDe,
  ...simulatorDe,
  canteen: canteenDe,
  diagnostics: diagnosticsDe,
  fault: faultsDe,
  receipt: receiptsDe,
};
