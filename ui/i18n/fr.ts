import { canteenFr } from './canteen/fr.ts';
import { checkoutFr } from './checkout/fr.ts';
import { customerDisplayFr } from './customer-display/fr.ts';
import { diagnosticsFr } from './diagnostics/fr.ts';
import type { Texts } from './en.ts';
import { faultsFr } from './faults/fr.ts';
import { receiptsFr } from './receipts/fr.ts';
import { saleFr } from './sale/fr.ts';
import { simulatorFr } from './simulator/fr.ts';
import { staffFr } from './staff/fr.ts';
import { startFr } from './start/fr.ts';
import { transactionsFr } from './transactions/fr.ts';
import { windowFr } from './window/fr.ts';

export const fr: Texts = {
  ...startFr,
  ...windowFr,
  ...saleFr,
  ...checkoutFr,
  ...transactionsFr,
  ...staffFr,
  ...customerDisplayFr,
  ...simulatorFr,
  canteen: canteenFr,
  diagnostics: diagnosticsFr,
  fault: faultsFr,
  receipt: receiptsFr,
};
