import type { TextsOf } from '../texts-of.ts';
import type { simulatorEn } from './en.ts';

export const simulatorFr: TextsOf<typeof simulatorEn> = {
  simulator: {
    title: 'Lecteur simulé',
    plain: 'Aucun lecteur NFC n’est utilisé. Ces bracelets n’existent que sur cet ordinateur.',
    open: 'Ouvrir le lecteur simulé',
    close: 'Fermer le lecteur simulé',
    empty: 'Pas encore de bracelet. Créez le premier.',
    create: 'Créer un bracelet',
    label: 'Nom du bracelet',
    labelDefault: 'Bracelet {{number}}',
    present: 'Sur le lecteur',
    tap: 'Présenter',
    hold: 'Poser',
    remove: 'Enlever',
    more: 'Plus pour {{label}}',
    tear: 'Arracher',
    tearWrite: 'à l’écriture',
    tearPoint: 'Moment',
    points: { before: 'avant', during: 'pendant', after: 'après' },
    corrupt: 'Abîmer',
    rollback: 'Ancien état',
    clone: 'Copier',
    delete: 'Supprimer',
  },
};
