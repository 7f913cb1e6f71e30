import type { TextsOf } from '../texts-of.ts';
import type { startEn } from './en.ts';

export const startFr: TextsOf<typeof startEn> = {
  starting: { title: 'La caisse démarre', help: 'Ce qui a été interrompu est d’abord remis en ordre.' },
  enrolment: {
    title: 'Inscrire cette caisse',
    help: 'Une seule fois, avec le réseau. Ensuite, elle vend aussi sans.',
    backendUrl: 'Adresse du serveur',
    code: 'Code à usage unique',
    codeHelp: 'Du site d’administration. Pour essayer : DEMO-FEST ou DEMO-CANTEEN.',
    terminalName: 'Nom de cette caisse',
    terminalNameDefault: 'Caisse 1',
    submit: 'Inscrire',
    busy: 'Inscription…',
    invalidUrl: 'Une adresse ressemble à http://127.0.0.1:7480',
    required: 'À remplir, s’il vous plaît.',
  },
  halted: {
    support: 'Pour l’assistance',
    retrying: 'La caisse réessaie d’elle-même.',
    afresh: {
      offer: 'Repartir avec de nouvelles données…',
      kept: 'Rien n’est effacé : tout ce que cette caisse a enregistré est déplacé dans un dossier à part. Ce qui n’est pas encore envoyé y reste jusqu’à ce que l’assistance l’ait relevé.',
      needed: 'La caisse doit ensuite être inscrite de nouveau, avec un nouveau code de l’exploitant.',
      confirm: 'Mettre les données de côté et repartir',
      back: 'Laisser tel quel',
    },
  },
};
