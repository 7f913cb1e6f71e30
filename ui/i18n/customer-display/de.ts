import type { TextsOf } from '../texts-of.ts';
import type { customerDisplayEn } from './en.ts';

export const customerDisplayDe: TextsOf<typeof customerDisplayEn> = {
  customer: {
    welcome: 'Willkommen',
    tap: 'Bitte das Band an den Leser halten',
    card: 'Bitte den Angaben auf dem Kartenterminal folgen',
    confirm: 'Zum Bestätigen nochmals dasselbe Band hinhalten',
    askStaff: 'Bitte an der Kasse fragen.',
    refused: 'Das hat nicht geklappt',
    notEnough: 'Zu wenig auf dem Band',
  },
};
