import type { Receipt, ReceiptLanguage, ReceiptLine } from '../../contract/ipc/receipt.ts';

/** The words of a receipt. They are the till's and not the screen's: a receipt is for the customer, also without a window. */
export interface ReceiptWording {
  readonly type: Readonly<Record<Receipt['type'], string>>;
  readonly kind: Readonly<Record<ReceiptLine['kind'], string>>;
  /** `{rate}` is the percentage, where it had one. */
  readonly discount: string;
  readonly discountOf: string;
  /** On the tag that paid a part of a sale, and on the one that has the goods. */
  readonly partOfSale: string;
  readonly paidByOtherTag: string;
  readonly total: Readonly<Record<Receipt['total'], string>>;
  readonly paid: Readonly<Record<Receipt['paymentMethod'], string>>;
  readonly paidOut: string;
  readonly refundTakenBack: string;
  /** `{rate}` is the percentage. */
  readonly tax: string;
  readonly untaxed: string;
  readonly net: string;
  readonly gross: string;
  readonly taxAmount: string;
  readonly balanceBefore: string;
  readonly balanceAfter: string;
  readonly number: string;
  readonly till: string;
  readonly tag: string;
  readonly tagNumber: string;
  readonly servedBy: string;
  readonly refersTo: string;
  readonly copy: string;
  readonly training: string;
  /** `{count}` lines that a QR code has no room for. */
  readonly moreLines: string;
}

const en: ReceiptWording = {
  type: {
    TopUp: 'Top-up',
    Purchase: 'Receipt',
    Chargeback: 'Return',
    Refund: 'Refund',
    TagAdjustment: 'Balance brought up to date',
  },
  kind: {
    topup: 'Top-up',
    'topup-fee': 'Fee',
    purchase: 'Amount',
    'purchase-return': 'Deposit or discount',
    chargeback: 'Returned',
    refund: 'Paid out',
    'refund-fee': 'Fee',
    'refund-reversal': 'Refund taken back',
    'write-off': 'Written off',
    unclaimed: 'Unclaimed cash',
  },
  discount: 'Discount',
  discountOf: 'Discount {rate}',
  partOfSale: 'Part of a sale',
  paidByOtherTag: 'Paid by another tag',
  total: { price: 'Total', 'to-customer': 'To the customer', 'onto-tag': 'Onto the tag', 'off-tag': 'Off the tag' },
  paid: {
    tag: 'Paid by tag',
    cash: 'Paid in cash',
    card: 'Paid by card',
    online: 'Paid online',
    none: 'Without payment',
  },
  paidOut: 'Paid out in cash',
  refundTakenBack: 'Refund taken back',
  tax: 'VAT {rate}',
  untaxed: 'No VAT',
  net: 'Net',
  gross: 'Gross',
  taxAmount: 'VAT',
  balanceBefore: 'Balance before',
  balanceAfter: 'Balance now',
  number: 'No.',
  till: 'Till',
  tag: 'Tag',
  tagNumber: 'Transaction on the tag',
  servedBy: 'Served by',
  refersTo: 'For No.',
  copy: 'COPY',
  training: 'TRAINING – NOT A RECEIPT',
  moreLines: '+ {count} more',
};

const de: ReceiptWording = {
  type: {
    TopUp: 'Aufladung',
    Purchase: 'Beleg',
    Chargeback: 'Rücknahme',
    Refund: 'Auszahlung',
    TagAdjustment: 'Guthaben nachgetragen',
  },
  kind: {
    topup: 'Aufladung',
    'topup-fee': 'Gebühr',
    purchase: 'Betrag',
    'purchase-return': 'Pfand oder Rabatt',
    chargeback: 'Zurückgenommen',
    refund: 'Ausgezahlt',
    'refund-fee': 'Gebühr',
    'refund-reversal': 'Auszahlung zurückgenommen',
    'write-off': 'Abgeschrieben',
    unclaimed: 'Herrenloses Bargeld',
  },
  discount: 'Rabatt',
  discountOf: 'Rabatt {rate}',
  partOfSale: 'Teil eines Verkaufs',
  paidByOtherTag: 'Mit anderem Band bezahlt',
  total: { price: 'Total', 'to-customer': 'An den Gast', 'onto-tag': 'Auf das Band', 'off-tag': 'Vom Band' },
  paid: {
    tag: 'Mit Band bezahlt',
    cash: 'Bar bezahlt',
    card: 'Mit Karte bezahlt',
    online: 'Online bezahlt',
    none: 'Ohne Zahlung',
  },
  paidOut: 'Bar ausgezahlt',
  refundTakenBack: 'Auszahlung zurückgenommen',
  tax: 'MwSt. {rate}',
  untaxed: 'Ohne MwSt.',
  net: 'Netto',
  gross: 'Brutto',
  taxAmount: 'MwSt.',
  balanceBefore: 'Guthaben vorher',
  balanceAfter: 'Guthaben jetzt',
  number: 'Nr.',
  till: 'Kasse',
  tag: 'Band',
  tagNumber: 'Buchung auf dem Band',
  servedBy: 'Bedient von',
  refersTo: 'Zu Nr.',
  copy: 'KOPIE',
  training: 'ÜBUNG – KEIN BELEG',
  moreLines: '+ {count} weitere',
};

const fr: ReceiptWording = {
  type: {
    TopUp: 'Recharge',
    Purchase: 'Ticket',
    Chargeback: 'Retour',
    Refund: 'Remboursement',
    TagAdjustment: 'Solde mis à jour',
  },
  kind: {
    topup: 'Recharge',
    'topup-fee': 'Frais',
    purchase: 'Montant',
    'purchase-return': 'Consigne ou remise',
    chargeback: 'Repris',
    refund: 'Remboursé',
    'refund-fee': 'Frais',
    'refund-reversal': 'Remboursement annulé',
    'write-off': 'Passé en perte',
    unclaimed: 'Espèces non réclamées',
  },
  discount: 'Remise',
  discountOf: 'Remise {rate}',
  partOfSale: 'Partie d’une vente',
  paidByOtherTag: 'Payé par un autre bracelet',
  total: { price: 'Total', 'to-customer': 'Au client', 'onto-tag': 'Sur le bracelet', 'off-tag': 'Du bracelet' },
  paid: {
    tag: 'Payé par bracelet',
    cash: 'Payé en espèces',
    card: 'Payé par carte',
    online: 'Payé en ligne',
    none: 'Sans paiement',
  },
  paidOut: 'Remis en espèces',
  refundTakenBack: 'Remboursement annulé',
  tax: 'TVA {rate}',
  untaxed: 'Sans TVA',
  net: 'HT',
  gross: 'TTC',
  taxAmount: 'TVA',
  balanceBefore: 'Solde avant',
  balanceAfter: 'Solde actuel',
  number: 'Nº',
  till: 'Caisse',
  tag: 'Bracelet',
  tagNumber: 'Opération sur le bracelet',
  servedBy: 'Servi par',
  refersTo: 'Pour nº',
  copy: 'DUPLICATA',
  training: 'ENTRAÎNEMENT – SANS VALEUR',
  moreLines: '+ {count} autres',
};

export const receiptWording: Readonly<Record<ReceiptLanguage, ReceiptWording>> = { en, de, fr };
