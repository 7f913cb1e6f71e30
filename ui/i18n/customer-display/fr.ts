import type { TextsOf } from '../texts-of.ts';
import type { customerDisplayEn } from './en.ts';

export const customerDisplayFr: TextsOf<typeof customerDisplayEn> = {
  customer: {
    welcome: 'Bienvenue',
    tap: 'Présentez votre bracelet au lecteur',
    card: 'Suivez les indications du terminal de paiement',
    confirm: 'Présentez encore le même bracelet pour confirmer',
    askStaff: 'Adressez-vous à la caisse.',
    refused: 'Cela n’a pas fonctionné',
    notEnough: 'Pas assez sur le bracelet',
  },
};
