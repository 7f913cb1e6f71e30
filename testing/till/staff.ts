import { scryptSync } from 'node:crypto';
import type { Cashier, Configuration } from '../../contract/wire/configuration.ts';
import { configuration } from './festival.ts';

/** A PIN as the backend would hand it to a till, at the lowest cost the contract allows. */
export function pinHashOf(pin: string, saltText = 'klink-test-salt!'): string {
  const salt = Buffer.from(saltText, 'utf8');
  const hash = scryptSync(pin, salt, 32, { N: 2 ** 10, r: 8, p: 1 });
  const text = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '');
  return `$scrypt$ln=10,r=8,p=1$${text(salt)}$${text(hash)}`;
}

export const pins = { anna: '1111', bert: '2222', sue: '9999' } as const;
export const anna: Cashier = { cashierId: 'anna', name: 'Anna', role: 'cashier', pinHash: pinHashOf(pins.anna) };
export const bert: Cashier = { cashierId: 'bert', name: 'Bert', role: 'cashier', pinHash: pinHashOf(pins.bert) };
export const sue: Cashier = { cashierId: 'sue', name: 'Sue', role: 'supervisor', pinHash: pinHashOf(pins.sue) };

export const staffed: Configuration = { ...configuration, cashiers: [anna, bert, sue] };
