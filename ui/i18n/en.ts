import { canteenEn } from './canteen/en.ts';
import { checkoutEn } from './checkout/en.ts';
import { customerDisplayEn } from './customer-display/en.ts';
import { diagnosticsEn } from './diagnostics/en.ts';
import { faultsEn } from './faults/en.ts';
import { receiptsEn } from './receipts/en.ts';
import { saleEn } from './sale/en.ts';
import { simulatorEn } from './simulator/en.ts';
import { staffEn } from './staff/en.ts';
import { startEn } from './start/en.ts';
import type { TextsOf } from './texts-of.ts';
import { transactionsEn } from './transactions/en.ts';
import { windowEn } from './window/en.ts';

export const en = {
  ...startEn,
  ...windowEn,
  ...saleEn,
  ...checkoutEn,
  ...transactionsEn,
  ...staffEn,
  ...customerDisplayEn,
  ...simulatorEn,
  canteen: canteenEn,
  diagnostics: diagnosticsEn,
  fault: faultsEn,
  receipt: receiptsEn,
};

export type Texts = TextsOf<typeof en>;
