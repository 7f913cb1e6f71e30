import type { InstallationDefaults } from '../../contract/wire/installations.ts';
import { filledWith, purseKeyOf } from './defaults.ts';

/** What transactions of a purse begin with: what is laid down for its kind (R128, R129), over what is laid down for all of them. */
export function transactionDefaults(
  defaults: InstallationDefaults,
  purseId: string,
): Readonly<Record<string, unknown>> {
  const { default: ofDefault = {}, sales = {}, credit = {}, ...all } = defaults.transaction ?? {};
  const ofKind = { default: ofDefault, sales, credit }[purseKeyOf(purseId)];
  return filledWith(ofKind, all);
}
