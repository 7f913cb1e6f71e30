import type { TextsOf } from '../texts-of.ts';
import type { startEn } from './en.ts';

export const startDe: TextsOf<typeof startEn> = {
  starting: { title: 'Die Kasse startet', help: 'Was abgebrochen wurde, wird zuerst in Ordnung gebracht.' },
  enrolment: {
    title: 'Kasse anmelden',
    help: 'Einmal, mit Netz. Danach verkauft diese Kasse auch ohne.',
    backendUrl: 'Adresse des Backends',
    code: 'Einmalcode',
    codeHelp: 'Von der Verwaltungsseite. Zum Ausprobieren: DEMO-FEST oder DEMO-CANTEEN.',
    terminalName: 'Name dieser Kasse',
    terminalNameDefault: 'Kasse 1',
    submit: 'Anmelden',
    busy: 'Wird angemeldet …',
    invalidUrl: 'Eine Adresse sieht so aus: http://127.0.0.1:7480',
    required: 'Bitte ausfüllen.',
  },
  halted: {
    support: 'Für den Support',
    retrying: 'Die Kasse versucht es von selbst wieder.',
    afresh: {
      offer: 'Mit neuen Daten beginnen …',
      kept: 'Nichts wird gelöscht: Alles, was diese Kasse gespeichert hat, kommt in einen eigenen Ordner. Was noch nicht gesendet ist, bleibt dort, bis der Support es ausgelesen hat.',
      needed: 'Danach muss die Kasse neu angemeldet werden, mit einem neuen Einmalcode des Betreibers.',
      confirm: 'Daten beiseitelegen und neu beginnen',
      back: 'So lassen',
    },
  },
};
