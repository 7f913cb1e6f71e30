import type { TextsOf } from '../texts-of.ts';
import type { simulatorEn } from './en.ts';

export const simulatorDe: TextsOf<typeof simulatorEn> = {
  simulator: {
    title: 'Simulierter Leser',
    plain: 'Es wird kein NFC-Leser benutzt. Diese Bänder gibt es nur auf diesem Computer.',
    open: 'Simulierten Leser öffnen',
    close: 'Simulierten Leser schliessen',
    empty: 'Noch kein Band. Leg das erste an.',
    create: 'Band anlegen',
    label: 'Name des Bandes',
    labelDefault: 'Band {{number}}',
    present: 'Auf dem Leser',
    tap: 'Hinhalten',
    hold: 'Auflegen',
    remove: 'Wegnehmen',
    more: 'Mehr für {{label}}',
    tear: 'Abreissen',
    tearWrite: 'beim Schreiben',
    tearPoint: 'Zeitpunkt',
    points: { before: 'davor', during: 'mittendrin', after: 'danach' },
    corrupt: 'Beschädigen',
    rollback: 'Alter Stand',
    clone: 'Kopieren',
    delete: 'Löschen',
  },
};
