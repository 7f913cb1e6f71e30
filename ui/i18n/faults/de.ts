import type { TextsOf } from '../texts-of.ts';
import type { faultsEn } from './en.ts';

export const faultsDe: TextsOf<typeof faultsEn> = {
  USAGE: { title: 'Das konnte die Kasse nicht deuten', help: 'Bitte noch einmal. Wenn es wieder geschieht: Support.' },
  PRODUCT_UNKNOWN: {
    title: 'Diesen Artikel gibt es nicht',
    help: 'Das Sortiment hat vielleicht gewechselt. Wähle einen anderen.',
  },
  AMOUNT_INVALID: { title: 'Dieser Betrag geht nicht', help: 'Gib einen Betrag über null ein.' },
  CART_EMPTY: { title: 'Der Warenkorb ist leer', help: 'Füge zuerst einen Artikel hinzu.' },
  NO_SUCH_TRANSACTION: { title: 'Diese Transaktion gibt es hier nicht', help: 'Prüfe die Nummer.' },
  NO_CASH_TO_RETURN: {
    title: 'Kein Bargeld zurückzugeben',
    help: 'Das ist keine abgebrochene Bar-Aufladung. Prüfe die Nummer.',
  },
  BUSY: { title: 'Die Kasse arbeitet an einem Band', help: 'Zuerst beenden oder abbrechen.' },
  NOT_CANCELLABLE: { title: 'Zu spät zum Abbrechen', help: 'Das Band wird schon beschrieben. Weiter hinhalten.' },
  ALREADY_ENROLLED: {
    title: 'Diese Kasse ist schon angemeldet',
    help: 'Ein anderer Anlass braucht einen anderen Datenordner.',
  },
  INSUFFICIENT_FUNDS: { title: 'Zu wenig auf dem Band', help: 'Nimm etwas aus dem Warenkorb oder lade zuerst auf.' },
  DAILY_LIMIT: {
    title: 'Über dem Tageslimit',
    help: 'Für diesen Tag gibt es ein Limit. Nimm etwas aus dem Warenkorb.',
  },
  ALLERGENS_UNCONFIRMED: {
    title: 'Allergie nicht bestätigt',
    help: 'Es wurde nichts gebucht. Frag nach, gib etwas anderes aus, oder zahle noch einmal und bestätige die Warnung.',
  },
  SESSION_OVER: {
    title: 'Rücknahme hier nicht mehr möglich',
    help: 'Eine Kasse nimmt nur zurück, was am selben Tag zur selben Essenszeit verkauft wurde. Das Büro kann es erstatten.',
  },
  BALANCE_UNKNOWN: {
    title: 'Guthaben nicht bekannt',
    help: 'Die Kasse ist offline und kennt dieses Band noch nicht. Nimm Bargeld, oder versuche es online noch einmal.',
  },
  OFFLINE_TAG_LIMIT: {
    title: 'Offline-Grenze dieses Bandes erreicht',
    help: 'Mehr darf damit erst gekauft werden, wenn die Kasse wieder online ist. Nimm solange Bargeld.',
  },
  OFFLINE_TILL_LIMIT: {
    title: 'Offline-Grenze dieser Kasse erreicht',
    help: 'Mehr darf sie erst verkaufen, wenn sie wieder online ist. Nimm solange Bargeld und sieh nach dem Netz.',
  },
  BALANCE_LIMIT: {
    title: 'Zu viel für dieses Band',
    help: 'Auf dem Band wäre mehr, als der Anlass erlaubt. Wähle weniger.',
  },
  AMOUNT_LIMIT: { title: 'Betrag über der Grenze', help: 'Der Anlass erlaubt weniger auf einmal. Wähle weniger.' },
  AMOUNT_BELOW_FEE: { title: 'Weniger als die Gebühr', help: 'Für das Band bliebe nichts übrig. Wähle mehr.' },
  CANCELLED: { title: 'Abgebrochen', help: 'Es wurde nichts abgebucht.' },
  TAG_NOT_SHOWN: {
    title: 'Kein Band hingehalten',
    help: 'Es wurde nichts abgebucht. Beginne neu, wenn das Band da ist.',
  },
  TAG_SERVED: { title: 'Nimm das Band zuerst weg', help: 'Es wurde eben bedient. Danach zählt das nächste.' },
  TAG_GONE: {
    title: 'Das Band war zu früh weg',
    help: 'Es wurde nichts abgebucht. Beginne neu und halte das Band hin.',
  },
  TAG_UNKNOWN: { title: 'Kein Band dieses Anlasses', help: 'Gib es zuerst aus oder frage nach dem richtigen Band.' },
  TAG_FOREIGN_EDITION: {
    title: 'Band eines anderen Anlasses',
    help: 'Hier ist darauf kein Geld. Frage nach dem Band dieses Anlasses.',
  },
  TAG_FORGED: { title: 'Dieses Band ist nicht echt', help: 'Nicht annehmen. Ruf die Aufsicht.' },
  TAG_CORRUPT: {
    title: 'Dieses Band ist nicht lesbar',
    help: 'Sein Inhalt ist beschädigt. Die Aufsicht kann es reparieren.',
  },
  TAG_NOT_CORRUPT: {
    title: 'Dieses Band ist nicht beschädigt',
    help: 'Sein Guthaben ist lesbar: Es gibt nichts zu reparieren.',
  },
  TAG_UNHEARD_OF: {
    title: 'Dieses Band kennt niemand',
    help: 'Prüf die Nummer noch einmal, oder warte, bis jede Kasse alles gesendet hat.',
  },
  TAG_REPAIRED_TOO_OFTEN: { title: 'Dieses Band wurde zu oft repariert', help: 'Ersetz es durch ein anderes.' },
  BALANCE_BELOW_ZERO: {
    title: 'Das Konto dieses Bandes ist unter null',
    help: 'Das muss zuerst die Verwaltung klären.',
  },
  TAG_REPLACED: {
    title: 'Dieses Band wurde schon ersetzt',
    help: 'Sein Guthaben ist auf einem anderen Band und wird nicht zweimal ausgegeben.',
  },
  TAG_IN_USE: { title: 'Dieses Band gehört schon jemandem', help: 'Nimm ein leeres.' },
  TAG_BLOCKED: {
    title: 'Dieses Band ist gesperrt',
    help: 'Es ist als verloren gemeldet oder gesperrt. Zum Infopunkt schicken.',
  },
  TAG_RANDOM_UID: {
    title: 'Dieser Chip geht nicht',
    help: 'Er zeigt jedes Mal eine andere Nummer, wie Telefone und manche Karten. Nimm ein Band.',
  },
  TAG_TOO_SMALL: {
    title: 'Dieser Chip ist zu klein',
    help: 'Er hat keinen Platz für ein Guthaben. Nimm ein Band des Anlasses.',
  },
  TAG_UNSUPPORTED: { title: 'Diese Art Chip geht nicht', help: 'Nimm ein Band des Anlasses.' },
  TAG_ALREADY_ISSUED: {
    title: 'Dieses Band ist schon ausgegeben',
    help: 'Es kann so benutzt werden. Sieh das Guthaben an.',
  },
  TAG_OTHER: {
    title: 'Das ist ein anderes Band',
    help: 'Es bleibt, wie es ist. Halte das Band hin, um das es geht.',
  },
  TAG_PAID_PART: {
    title: 'Dieses Band hat seinen Teil bezahlt',
    help: 'Halte jetzt das Band hin, das den Rest bezahlt.',
  },
  TAG_UNRESOLVED: {
    title: 'Eine frühere Buchung ist offen',
    help: 'Halte das Band noch einmal hin, damit die Kasse sie klärt.',
  },
  TAG_CHANGED: {
    title: 'Das Band hat sich geändert',
    help: 'Eine andere Kasse hat es benutzt. Hier wurde nichts abgebucht; beginne neu.',
  },
  TAG_WRITE_FAILED: {
    title: 'Das Band liess sich nicht beschreiben',
    help: 'Es wurde nichts abgebucht. Beginne neu; geht es wieder nicht, nimm ein anderes.',
  },
  TAG_NOT_BLOCKED: { title: 'Dieses Band ist nicht gesperrt', help: 'Es gibt nichts aufzuheben.' },
  NOTHING_TO_REFUND: { title: 'Nichts auszuzahlen', help: 'Das Guthaben deckt die Gebühr nicht.' },
  SALE_NOT_FOUND: {
    title: 'Verkauf nicht gefunden',
    help: 'Diese Kasse hat diesem Band nichts dergleichen verkauft. Geh zur Kasse, die verkauft hat, oder zur Information.',
  },
  ALREADY_RETURNED: { title: 'Schon zurückgenommen', help: 'Es käme mehr zurück, als verkauft wurde.' },
  PART_PAID: {
    title: 'Ein Teil ist schon bezahlt',
    help: 'Ein anderes Band hat einen Teil dieses Verkaufs bezahlt. Lass ein Band den Rest zahlen oder gib den Teil zuerst zurück.',
  },
  DISCOUNT_CONFIRMED: {
    title: 'Der Rabatt gilt für diesen Warenkorb',
    help: 'Nimm den Rabatt weg, um etwas hinzuzufügen, und lass ihn danach neu bestätigen.',
  },
  PAYMENT_DECLINED: { title: 'Karte abgelehnt', help: 'Es wurde nichts belastet. Eine andere Karte oder bar.' },
  PAYMENT_VOIDED: {
    title: 'Kartenzahlung zurückgenommen',
    help: 'Der Karte wird nichts belastet, und auf dem Band ist nichts.',
  },
  NO_OPEN_PAYMENT: { title: 'Keine offene Kartenzahlung', help: 'Es gibt nichts abzuschliessen oder zurückzunehmen.' },
  NO_ADJUSTMENT: { title: 'Nichts nachzutragen', help: 'Das Band ist auf dem neusten Stand.' },
  LOGIN_NEEDED: { title: 'Niemand ist angemeldet', help: 'Tippe zuerst deine PIN oder zeig dein Personalband.' },
  CASHIER_UNKNOWN: {
    title: 'Hier nicht bekannt',
    help: 'Niemand an diesem Anlass hat diese PIN oder dieses Band. Versuch es noch einmal.',
  },
  PIN_NOT_UNIQUE: { title: 'Mehrere haben diese PIN', help: 'Wähle deinen Namen oder zeig dein Personalband.' },
  PIN_SLOWED: {
    title: 'Einen Moment',
    help: 'Die PIN davor war falsch oder wird noch geprüft. Warte ein paar Sekunden.',
  },
  SUPERVISOR_NEEDED: {
    title: 'Das braucht die Aufsicht',
    help: 'Lass sie es mit PIN oder Personalband bestätigen.',
  },
  SHIFT_NEEDED: { title: 'Keine Schicht ist offen', help: 'Zähle das Wechselgeld und eröffne eine Schicht.' },
  SHIFT_OPEN: { title: 'Eine Schicht ist schon offen', help: 'Schliesse sie zuerst: Zähle die Kasse.' },
  SHIFT_NOT_OPEN: { title: 'Keine Schicht ist offen', help: 'Es gibt nichts zu berichten und nichts zu schliessen.' },
  TRAINING: { title: 'Das ist Übung', help: 'Es gibt nur simulierte Bänder, und nichts wird je gesendet.' },
  EARLIER_COMMITTED: {
    title: 'Schon bezahlt',
    help: 'Die Buchung davor hat doch geklappt: Das Band zeigt sie. Es wurde nichts weiter abgebucht.',
  },
  INTERRUPTED: {
    title: 'Unterbrochen',
    help: 'Der Vorgang brach ab, bevor er auf dem Band stand. Es wurde nichts abgebucht.',
  },
  PAYMENT_OPEN: {
    title: 'Eine Kartenzahlung ist offen',
    help: 'Mit demselben Band abschliessen oder das Geld auf die Karte zurückgeben. Dann kann die nächste Karte bezahlen.',
  },
  OUTCOME_UNKNOWN: {
    title: 'Noch ungewiss',
    help: 'Zeige dieser Kasse dasselbe Band noch einmal. Nicht ein zweites Mal buchen.',
  },
  READER_UNAVAILABLE: {
    title: 'Dieser Computer kann kein NFC',
    help: 'Installiere die Software des Lesers oder nimm den simulierten.',
  },
  READER_SERVICE_DOWN: {
    title: 'Der Leserdienst steht still',
    help: 'Starte den Smartcard-Dienst (pcscd) dieses Computers.',
  },
  READER_MISSING: { title: 'Kein Leser', help: 'Steck den NFC-Leser ein.' },
  READER_FAULT: { title: 'Der Leser antwortet nicht', help: 'Ausstecken, kurz warten, wieder einstecken.' },
  BACKEND_UNREACHABLE: { title: 'Das Backend ist nicht erreichbar', help: 'Prüfe Adresse und Netz.' },
  BACKEND_REFUSED: {
    title: 'Das Backend weist die Kasse ab',
    help: 'Ihre Berechtigung wurde entzogen oder geändert. Melde es dem Betreiber.',
  },
  PAYMENT_OFFLINE: {
    title: 'Karten brauchen das Netz',
    help: 'Das Backend antwortet nicht, darum kann keine Karte bezahlen. Es wurde nichts belastet; bar nehmen oder noch einmal versuchen.',
  },
  BACKEND_FAULT: {
    title: 'Das Backend hat ein Problem',
    help: 'Die Kasse behält alles und versucht es von selbst wieder.',
  },
  ENROLMENT_CODE_INVALID: {
    title: 'Dieser Code gilt nicht',
    help: 'Prüfe die Schreibweise. Ein Code gilt einmal; verlange einen neuen.',
  },
  NOT_ENROLLED: {
    title: 'Diese Kasse ist nicht angemeldet',
    help: 'Gib die Adresse des Backends und einen Einmalcode ein.',
  },
  CONFIGURATION_MISSING: {
    title: 'Das Sortiment ist noch nicht da',
    help: 'Die Kasse braucht einmal das Netz, um Artikel und Preise zu holen. Sie versucht es von selbst.',
  },
  MODE_UNSUPPORTED: {
    title: 'Nicht bei diesem Anlass',
    help: 'Seine Guthaben liegen im Backend: Auf die Bänder wird nichts geschrieben.',
  },
  TILL_IN_USE: {
    title: 'Diese Kasse ist anderswo offen',
    help: 'Ein anderes Programm benutzt dieselben Daten. Schliess es zuerst.',
  },
  TILL_STOPPED: {
    title: 'Die Kasse startet neu',
    help: 'Einen Moment. Was abgebrochen wurde, wird zuerst in Ordnung gebracht.',
  },
  SECRETS_SEALED: {
    title: 'Die Schlüssel sind verschlossen',
    help: 'Ein anderer Benutzer oder Computer hat sie versiegelt. Melde dich als dieser an oder melde die Kasse neu an.',
  },
  SECRETS_MISSING: {
    title: 'Die Schlüssel fehlen',
    help: 'Die Kasse muss neu angemeldet werden. Melde es dem Betreiber.',
  },
  SETTINGS_INVALID: { title: 'Die Einstellungen sind ungültig', help: 'Berichtige till.json im Datenordner.' },
  DATABASE_OLDER: {
    title: 'Die Daten sind von einer älteren Version',
    help: 'Die Kasse einmal starten: Das bringt sie auf den neusten Stand.',
  },
  DATABASE_NEWER: {
    title: 'Die Daten sind aus einer neueren Version',
    help: 'Aktualisiere Klink auf diesem Computer.',
  },
  DATABASE_EDITED: {
    title: 'Die Daten wurden von aussen geändert',
    help: 'Damit lässt sich nichts mehr verkaufen. Behalte den Datenordner und ruf den Support: Er liest aus, was noch zu retten ist. Spiel nie eine ältere Kopie ein.',
  },
  DATABASE_CORRUPT: {
    title: 'Die Daten sind beschädigt',
    help: 'Damit lässt sich nichts mehr verkaufen. Behalte den Datenordner und ruf den Support: Er liest aus, was noch zu retten ist. Spiel nie eine ältere Kopie ein.',
  },
  DATABASE_UNREACHABLE: {
    title: 'Die Datenbank ist nicht erreichbar',
    help: 'Prüfe Ordner, Berechtigungen und Festplatte, dann starte die Kasse neu.',
  },
  DISK_FULL: {
    title: 'Die Festplatte ist voll',
    help: 'Schaff Platz auf diesem Computer. Bis dahin ist kein Verkauf möglich.',
  },
  JOURNAL_FORKED: {
    title: 'Das Backend hat andere Daten dieser Kasse',
    help: 'Die Daten dieser Kasse scheinen eine alte Kopie zu sein. Verkauf einstellen, Betreiber rufen.',
  },
  JOURNAL_UNKNOWN: {
    title: 'Das Backend kennt diese Kasse nicht',
    help: 'Es wurde vielleicht zurückgesetzt. Verkauf einstellen, Betreiber rufen.',
  },
  CHAIN_BROKEN: {
    title: 'Das Journal ist beschädigt',
    help: 'Was diese Kasse aufgeschrieben hat, wurde verändert und wird nicht gesendet. Ruf den Betreiber; «klink export» sichert das Journal für den Support. Spiel nie eine ältere Kopie ein.',
  },
  JOURNAL_BEHIND: {
    title: 'Die Daten dieser Kasse sind zu alt',
    help: 'Das Backend kennt mehr davon. Verkauf einstellen, Betreiber rufen.',
  },
  NO_RECEIPT: {
    title: 'Dazu gibt es keinen Beleg',
    help: 'Der Vorgang kam nicht zustande: Es wurde nichts bezahlt, also gibt es nichts zu drucken.',
  },
  PRINTER_NONE: {
    title: 'Kein Drucker gewählt',
    help: 'Wähle einen unter «Diese Kasse» oder zeige stattdessen den QR-Code.',
  },
  PRINTER_UNREACHABLE: {
    title: 'Der Drucker ist nicht erreichbar',
    help: 'Ist er eingeschaltet und verbunden? Es wurde nichts gedruckt. Verkauft wird weiter wie gewohnt.',
  },
  PRINTER_NO_PAPER: {
    title: 'Der Drucker hat kein Papier',
    help: 'Leg eine neue Rolle ein. Was wartet, wird dann von selbst gedruckt.',
  },
  PRINTER_FAULT: {
    title: 'Der Drucker druckt nicht',
    help: 'Ist der Deckel zu, blinkt ein Licht? Verkauft wird weiter wie gewohnt.',
  },
  PRINT_UNSURE: {
    title: 'Vielleicht nicht gedruckt',
    help: 'Die Verbindung brach beim Drucken ab. Schau auf das Papier und drucke nötigenfalls noch einmal.',
  },
  FILE_NOT_WRITTEN: {
    title: 'Die Datei liess sich nicht speichern',
    help: 'Wähle einen anderen Ordner oder schaffe Platz auf dem Datenträger.',
  },
  INTERNAL: {
    title: 'Die Kasse steht still',
    help: 'Es ist etwas geschehen, das nie geschehen darf. Die Kasse rät nicht, sie hält an. Ruf den Support.',
  },
  ENTRIES_REJECTED: {
    title: 'Das Backend hat nicht alles gebucht',
    help: 'Zeige es der Aufsicht. Die Kasse verkauft weiter.',
  },
};
