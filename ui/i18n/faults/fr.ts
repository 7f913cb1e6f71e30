import type { TextsOf } from '../texts-of.ts';
import type { faultsEn } from './en.ts';

export const faultsFr: TextsOf<typeof faultsEn> = {
  USAGE: { title: 'La caisse n’a pas compris', help: 'Réessayez. Si cela se reproduit, prévenez l’assistance.' },
  PRODUCT_UNKNOWN: {
    title: 'Cet article n’est pas connu',
    help: 'L’assortiment a peut-être changé. Choisissez un autre article.',
  },
  AMOUNT_INVALID: { title: 'Ce montant n’est pas possible', help: 'Saisissez un montant supérieur à zéro.' },
  CART_EMPTY: { title: 'Le panier est vide', help: 'Ajoutez d’abord un article.' },
  NO_SUCH_TRANSACTION: { title: 'Cette transaction n’existe pas ici', help: 'Vérifiez le numéro.' },
  NO_CASH_TO_RETURN: {
    title: 'Pas d’espèces à rendre',
    help: 'Ce n’est pas une recharge en espèces interrompue. Vérifiez le numéro.',
  },
  BUSY: { title: 'La caisse traite un bracelet', help: 'Terminez ou annulez d’abord.' },
  NOT_CANCELLABLE: { title: 'Trop tard pour annuler', help: 'L’écriture a commencé. Gardez le bracelet en place.' },
  ALREADY_ENROLLED: {
    title: 'Cette caisse est déjà inscrite',
    help: 'Un autre événement demande un autre dossier de données.',
  },
  INSUFFICIENT_FUNDS: { title: 'Solde insuffisant', help: 'Retirez un article du panier ou rechargez d’abord.' },
  DAILY_LIMIT: {
    title: 'Plafond du jour dépassé',
    help: 'Les achats de la journée sont plafonnés. Retirez un article du panier.',
  },
  ALLERGENS_UNCONFIRMED: {
    title: 'Allergie non confirmée',
    help: 'Rien n’a été comptabilisé. Renseignez-vous, servez autre chose, ou encaissez de nouveau et confirmez l’alerte.',
  },
  SESSION_OVER: {
    title: 'Reprise impossible ici',
    help: 'Une caisse ne reprend que ce qui a été vendu le même jour, au même service. Le bureau peut rembourser.',
  },
  BALANCE_UNKNOWN: {
    title: 'Solde inconnu',
    help: 'La caisse est hors ligne et ne connaît pas ce bracelet. Encaissez en espèces ou réessayez en ligne.',
  },
  OFFLINE_TAG_LIMIT: {
    title: 'Limite hors ligne du bracelet atteinte',
    help: 'Il ne peut acheter davantage avant que la caisse soit en ligne. Encaissez en espèces d’ici là.',
  },
  OFFLINE_TILL_LIMIT: {
    title: 'Limite hors ligne de la caisse atteinte',
    help: 'Elle ne peut vendre davantage avant d’être en ligne. Encaissez en espèces et vérifiez le réseau.',
  },
  BALANCE_LIMIT: {
    title: 'Trop pour ce bracelet',
    help: 'Il contiendrait plus que l’événement ne permet. Choisissez moins.',
  },
  AMOUNT_LIMIT: {
    title: 'Montant au-dessus de la limite',
    help: 'L’événement permet moins à la fois. Choisissez moins.',
  },
  AMOUNT_BELOW_FEE: { title: 'Moins que les frais', help: 'Il ne resterait rien pour le bracelet. Choisissez plus.' },
  CANCELLED: { title: 'Annulé', help: 'Rien n’a été débité.' },
  TAG_NOT_SHOWN: {
    title: 'Aucun bracelet présenté',
    help: 'Rien n’a été débité. Recommencez quand le bracelet est là.',
  },
  TAG_SERVED: { title: 'Retirez d’abord le bracelet', help: 'Il vient d’être servi. Le suivant comptera ensuite.' },
  TAG_GONE: {
    title: 'Bracelet parti trop tôt',
    help: 'Rien n’a été débité. Recommencez et gardez le bracelet en place.',
  },
  TAG_UNKNOWN: { title: 'Pas un bracelet de l’événement', help: 'Activez-le d’abord ou demandez le bon bracelet.' },
  TAG_FOREIGN_EDITION: {
    title: 'Bracelet d’un autre événement',
    help: 'Il ne contient pas d’argent ici. Demandez celui de cet événement.',
  },
  TAG_FORGED: { title: 'Ce bracelet est un faux', help: 'Ne l’acceptez pas. Appelez le responsable.' },
  TAG_CORRUPT: { title: 'Ce bracelet est illisible', help: 'Son contenu est abîmé. Le responsable peut le réparer.' },
  TAG_NOT_CORRUPT: { title: 'Ce bracelet n’est pas abîmé', help: 'Son solde est lisible : il n’y a rien à réparer.' },
  TAG_UNHEARD_OF: {
    title: 'Personne ne connaît ce bracelet',
    help: 'Vérifiez son numéro, ou attendez que chaque caisse ait tout envoyé.',
  },
  TAG_REPAIRED_TOO_OFTEN: { title: 'Ce bracelet a été réparé trop souvent', help: 'Remplacez-le par un autre.' },
  BALANCE_BELOW_ZERO: {
    title: 'Le compte de ce bracelet est négatif',
    help: 'L’administration doit d’abord le régler.',
  },
  TAG_REPLACED: {
    title: 'Ce bracelet a déjà été remplacé',
    help: 'Son solde est sur un autre bracelet et n’est pas donné deux fois.',
  },
  TAG_IN_USE: { title: 'Ce bracelet appartient à quelqu’un', help: 'Prenez-en un vierge.' },
  TAG_BLOCKED: {
    title: 'Ce bracelet est bloqué',
    help: 'Il a été déclaré perdu ou bloqué. Envoyez le client au point info.',
  },
  TAG_RANDOM_UID: {
    title: 'Cette puce ne convient pas',
    help: 'Elle montre chaque fois un autre numéro, comme les téléphones. Prenez un bracelet.',
  },
  TAG_TOO_SMALL: {
    title: 'Cette puce est trop petite',
    help: 'Elle n’a pas assez de place pour un solde. Prenez un bracelet de l’événement.',
  },
  TAG_UNSUPPORTED: { title: 'Ce type de puce ne convient pas', help: 'Prenez un bracelet de l’événement.' },
  TAG_ALREADY_ISSUED: { title: 'Ce bracelet est déjà activé', help: 'Il peut servir tel quel. Regardez son solde.' },
  TAG_OTHER: {
    title: 'C’est un autre bracelet',
    help: 'Il reste tel quel. Présentez le bracelet concerné.',
  },
  TAG_PAID_PART: { title: 'Ce bracelet a payé sa part', help: 'Présentez maintenant le bracelet qui paie le reste.' },
  TAG_UNRESOLVED: {
    title: 'Une opération reste à régler',
    help: 'Présentez encore une fois le bracelet pour que la caisse la règle.',
  },
  TAG_CHANGED: {
    title: 'Le bracelet a changé entre-temps',
    help: 'Une autre caisse l’a utilisé. Rien n’a été débité ici ; recommencez.',
  },
  TAG_WRITE_FAILED: {
    title: 'Écriture impossible',
    help: 'Rien n’a été débité. Recommencez ; si cela échoue encore, prenez un autre bracelet.',
  },
  TAG_NOT_BLOCKED: { title: 'Ce bracelet n’est pas bloqué', help: 'Il n’y a rien à lever.' },
  NOTHING_TO_REFUND: { title: 'Rien à rembourser', help: 'Le solde ne couvre pas les frais.' },
  SALE_NOT_FOUND: {
    title: 'Vente introuvable',
    help: 'Cette caisse n’a rien vendu de tel à ce bracelet. Allez à la caisse qui a vendu, ou à l’accueil.',
  },
  ALREADY_RETURNED: { title: 'Déjà repris', help: 'On reprendrait plus que ce qui a été vendu.' },
  PART_PAID: {
    title: 'Une partie est déjà payée',
    help: 'Un autre bracelet a payé une partie de cette vente. Faites payer le reste par un bracelet, ou rendez d’abord cette partie.',
  },
  DISCOUNT_CONFIRMED: {
    title: 'La remise vaut pour ce panier',
    help: 'Retirez la remise pour ajouter quelque chose, puis faites-la confirmer à nouveau.',
  },
  PAYMENT_DECLINED: { title: 'Carte refusée', help: 'Rien n’a été débité. Une autre carte, ou en espèces.' },
  PAYMENT_VOIDED: {
    title: 'Paiement par carte annulé',
    help: 'Rien n’est débité de la carte, et rien n’est sur le bracelet.',
  },
  NO_OPEN_PAYMENT: { title: 'Aucun paiement par carte en suspens', help: 'Il n’y a rien à terminer ni à annuler.' },
  NO_ADJUSTMENT: { title: 'Rien à mettre à jour', help: 'Le bracelet est à jour.' },
  LOGIN_NEEDED: {
    title: 'Personne n’est connecté',
    help: 'Saisissez d’abord votre code ou présentez votre bracelet du personnel.',
  },
  CASHIER_UNKNOWN: {
    title: 'Inconnu ici',
    help: 'Personne n’a ce code ou ce bracelet à cet événement. Réessayez.',
  },
  PIN_NOT_UNIQUE: {
    title: 'Plusieurs personnes ont ce code',
    help: 'Choisissez votre nom ou présentez votre bracelet du personnel.',
  },
  PIN_SLOWED: {
    title: 'Un instant',
    help: 'Le code précédent était faux ou est encore en cours de vérification. Attendez quelques secondes.',
  },
  SUPERVISOR_NEEDED: {
    title: 'Il faut un responsable',
    help: 'Faites-le confirmer par son code ou son bracelet du personnel.',
  },
  SHIFT_NEEDED: {
    title: 'Aucun service n’est ouvert',
    help: 'Comptez le fonds de caisse et ouvrez un service.',
  },
  SHIFT_OPEN: { title: 'Un service est déjà ouvert', help: 'Clôturez-le d’abord : comptez la caisse.' },
  SHIFT_NOT_OPEN: { title: 'Aucun service n’est ouvert', help: 'Il n’y a rien à imprimer ni à clore.' },
  TRAINING: {
    title: 'Ceci est un exercice',
    help: 'Il n’y a que des bracelets simulés, et rien n’est jamais envoyé.',
  },
  EARLIER_COMMITTED: {
    title: 'Déjà payé',
    help: 'La transaction précédente a bien abouti : le bracelet la montre. Rien de plus n’a été débité.',
  },
  INTERRUPTED: {
    title: 'Interrompu',
    help: 'L’opération a été coupée avant d’atteindre le bracelet. Rien n’a été débité.',
  },
  PAYMENT_OPEN: {
    title: 'Un paiement par carte est en suspens',
    help: 'Terminez-le avec le même bracelet, ou remboursez sur la carte. Ensuite, la carte suivante peut payer.',
  },
  OUTCOME_UNKNOWN: {
    title: 'Encore incertain',
    help: 'Présentez le même bracelet à cette caisse. Ne pas encaisser deux fois.',
  },
  READER_UNAVAILABLE: {
    title: 'Pas de NFC sur cet ordinateur',
    help: 'Installez le logiciel du lecteur ou prenez le lecteur simulé.',
  },
  READER_SERVICE_DOWN: {
    title: 'Le service du lecteur est arrêté',
    help: 'Démarrez le service de carte à puce (pcscd) de cet ordinateur.',
  },
  READER_MISSING: { title: 'Pas de lecteur', help: 'Branchez le lecteur NFC.' },
  READER_FAULT: { title: 'Le lecteur ne répond pas', help: 'Débranchez-le, attendez un peu, rebranchez-le.' },
  BACKEND_UNREACHABLE: { title: 'Le serveur est injoignable', help: 'Vérifiez l’adresse et le réseau.' },
  BACKEND_REFUSED: {
    title: 'Le serveur refuse cette caisse',
    help: 'Son autorisation a été retirée ou a changé. Prévenez l’exploitant.',
  },
  PAYMENT_OFFLINE: {
    title: 'Les cartes ont besoin du réseau',
    help: 'Le serveur ne répond pas, aucune carte ne peut payer. Rien n’a été débité ; encaissez en espèces ou réessayez.',
  },
  BACKEND_FAULT: { title: 'Le serveur a un problème', help: 'La caisse garde tout et réessaie d’elle-même.' },
  ENROLMENT_CODE_INVALID: {
    title: 'Ce code n’est pas valable',
    help: 'Vérifiez l’orthographe. Un code sert une fois ; demandez-en un autre.',
  },
  NOT_ENROLLED: {
    title: 'Cette caisse n’est pas inscrite',
    help: 'Saisissez l’adresse du serveur et un code à usage unique.',
  },
  CONFIGURATION_MISSING: {
    title: 'L’assortiment n’est pas encore là',
    help: 'La caisse a besoin du réseau une fois pour chercher articles et prix. Elle réessaie d’elle-même.',
  },
  MODE_UNSUPPORTED: {
    title: 'Pas pour cet événement',
    help: 'Ses soldes sont gardés sur le serveur : rien n’est écrit sur ses bracelets.',
  },
  TILL_IN_USE: {
    title: 'Cette caisse est ouverte ailleurs',
    help: 'Un autre programme utilise les mêmes données. Fermez-le d’abord.',
  },
  TILL_STOPPED: {
    title: 'La caisse redémarre',
    help: 'Un instant. Ce qui a été interrompu est d’abord remis en ordre.',
  },
  SECRETS_SEALED: {
    title: 'Les clés sont verrouillées',
    help: 'Un autre utilisateur ou ordinateur les a scellées. Ouvrez sa session ou inscrivez la caisse à nouveau.',
  },
  SECRETS_MISSING: {
    title: 'Les clés manquent',
    help: 'Cette caisse doit être inscrite à nouveau. Prévenez l’exploitant.',
  },
  SETTINGS_INVALID: {
    title: 'Les réglages ne sont pas valables',
    help: 'Corrigez till.json dans le dossier de données.',
  },
  DATABASE_OLDER: {
    title: 'Données d’une version plus ancienne',
    help: 'Démarrez la caisse une fois : cela les met à jour.',
  },
  DATABASE_NEWER: { title: 'Données d’une version plus récente', help: 'Mettez Klink à jour sur cet ordinateur.' },
  DATABASE_EDITED: {
    title: 'Données modifiées de l’extérieur',
    help: 'Plus rien ne peut être vendu avec elles. Gardez le dossier et prévenez l’assistance, qui relèvera ce qui peut l’être. Ne remettez jamais une copie plus ancienne.',
  },
  DATABASE_CORRUPT: {
    title: 'Données abîmées',
    help: 'Plus rien ne peut être vendu avec elles. Gardez le dossier et prévenez l’assistance, qui relèvera ce qui peut l’être. Ne remettez jamais une copie plus ancienne.',
  },
  DATABASE_UNREACHABLE: {
    title: 'Base de données inaccessible',
    help: 'Vérifiez le dossier, ses droits et le disque, puis redémarrez la caisse.',
  },
  DISK_FULL: { title: 'Le disque est plein', help: 'Faites de la place sur cet ordinateur. Aucune vente d’ici là.' },
  JOURNAL_FORKED: {
    title: 'Le serveur a d’autres données de cette caisse',
    help: 'Les données de cette caisse semblent une ancienne copie. Arrêtez la vente, prévenez l’exploitant.',
  },
  JOURNAL_UNKNOWN: {
    title: 'Le serveur ne connaît pas cette caisse',
    help: 'Il a peut-être été restauré. Arrêtez la vente, prévenez l’exploitant.',
  },
  CHAIN_BROKEN: {
    title: 'Le journal est abîmé',
    help: 'Ce que cette caisse a noté a été modifié et n’est pas envoyé. Prévenez l’exploitant ; « klink export » sauvegarde le journal pour l’assistance. Ne remettez jamais une copie plus ancienne.',
  },
  JOURNAL_BEHIND: {
    title: 'Données de la caisse trop anciennes',
    help: 'Le serveur en a vu davantage. Arrêtez la vente, prévenez l’exploitant.',
  },
  NO_RECEIPT: {
    title: 'Pas de ticket pour cela',
    help: 'L’opération n’a pas abouti : rien n’a été payé, il n’y a donc rien à imprimer.',
  },
  PRINTER_NONE: {
    title: 'Aucune imprimante choisie',
    help: 'Choisissez-en une sous « Cette caisse », ou montrez plutôt le code QR.',
  },
  PRINTER_UNREACHABLE: {
    title: 'L’imprimante est injoignable',
    help: 'Est-elle allumée et branchée ? Rien n’a été imprimé. La vente continue comme d’habitude.',
  },
  PRINTER_NO_PAPER: {
    title: 'L’imprimante n’a plus de papier',
    help: 'Mettez un nouveau rouleau. Ce qui attend sera alors imprimé automatiquement.',
  },
  PRINTER_FAULT: {
    title: 'L’imprimante n’imprime pas',
    help: 'Le capot est-il fermé, un voyant clignote-t-il ? La vente continue comme d’habitude.',
  },
  PRINT_UNSURE: {
    title: 'Peut-être pas imprimé',
    help: 'La liaison a été coupée pendant l’impression. Regardez le papier et réimprimez au besoin.',
  },
  FILE_NOT_WRITTEN: {
    title: 'Le fichier n’a pas pu être enregistré',
    help: 'Choisissez un autre dossier, ou faites de la place sur le disque.',
  },
  INTERNAL: {
    title: 'La caisse est arrêtée',
    help: 'Il s’est produit quelque chose qui ne doit jamais arriver. La caisse s’arrête plutôt que de deviner. Prévenez l’assistance.',
  },
  ENTRIES_REJECTED: {
    title: 'Tout n’a pas été comptabilisé',
    help: 'Montrez-le à un responsable. La caisse continue de vendre.',
  },
};
