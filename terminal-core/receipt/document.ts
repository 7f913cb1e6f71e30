import type {
  Receipt,
  ReceiptBlock,
  ReceiptDocument,
  ReceiptLanguage,
  ReceiptLine,
} from '../../contract/ipc/receipt.ts';
import { lineName } from './line-name.ts';
import { qrTextOf } from './qr-text.ts';
import { type ReceiptWording, receiptWording } from './wording.ts';
import { type Writing, writingFor } from './written-amounts.ts';

const rule: ReceiptBlock = { kind: 'rule' };
const row = (left: string, right: string, weight: 'plain' | 'small' | 'total' = 'plain'): ReceiptBlock => ({
  kind: 'row',
  left: printable(left),
  right: printable(right),
  weight,
});

/** Names come from a catalogue: what controls a printer or a terminal is no part of a name. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}

/** A receipt in words: the one text that screen, PDF, printer and command line render (screens.md, "Receipts"). */
export function receiptDocument(receipt: Receipt, language: ReceiptLanguage): ReceiptDocument {
  const words = receiptWording[language];
  const writing = writingFor(language, receipt.currency, receipt.timeZone);
  return {
    language,
    identity: identityOf(receipt),
    blocks: [
      ...head(receipt, words, writing),
      rule,
      ...receipt.lines.flatMap((line) => lineBlocks(line, words, writing)),
      ...(receipt.lines.length === 0 ? [] : [rule]),
      ...sums(receipt, words, writing),
      ...taxes(receipt, words, writing),
      rule,
      ...identity(receipt, words),
    ],
    qrText: qrTextOf(receipt, words, writing),
  };
}

/** How people and the backend name it: assignment and number (R17). */
export function identityOf({ assignmentId, terminalTransactionNumber }: Receipt): string {
  return `${assignmentId}-${terminalTransactionNumber}`;
}

function head(receipt: Receipt, words: ReceiptWording, writing: Writing): readonly ReceiptBlock[] {
  const { merchantNames, editionName, training, copy } = receipt;
  const [first = editionName, ...others] = merchantNames;
  return [
    ...(training ? [{ kind: 'mark', text: words.training } as const] : []),
    { kind: 'title', text: printable(first) },
    ...others.map((text) => ({ kind: 'centred', text: printable(text) }) as const),
    ...(merchantNames.length === 0 ? [] : [{ kind: 'centred', text: printable(editionName) } as const]),
    { kind: 'centred', text: `${titleOf(receipt, words)} · ${writing.instant(receipt.at)}` },
    ...(copy ? [{ kind: 'mark', text: words.copy } as const] : []),
  ];
}

function titleOf({ type, total }: Receipt, words: ReceiptWording): string {
  return type === 'Refund' && total === 'onto-tag' ? words.refundTakenBack : words.type[type];
}

function lineBlocks(line: ReceiptLine, words: ReceiptWording, writing: Writing): readonly ReceiptBlock[] {
  const name = lineName(line, words, writing);
  const pieces =
    line.quantity > 1 && line.unitPriceMinor !== null
      ? [row(`  ${line.quantity} × ${writing.amount(line.unitPriceMinor)}`, '', 'small')]
      : [];
  return [row(name, writing.amount(line.amountMinor)), ...pieces];
}

function sums(receipt: Receipt, words: ReceiptWording, writing: Writing): readonly ReceiptBlock[] {
  const { total, totalMinor, paidMinor, paymentMethod, type, tag } = receipt;
  const shownMinor = total === 'to-customer' ? -totalMinor : totalMinor;
  const paid = type === 'Refund' ? words.paidOut : words.paid[paymentMethod];
  return [
    row(words.total[total], writing.money(shownMinor), 'total'),
    ...(paidMinor === null ? [] : [row(paid, writing.money(paidMinor))]),
    ...(total === 'price' && paidMinor === null ? [row(words.paid[paymentMethod], writing.money(totalMinor))] : []),
    row(words.balanceBefore, writing.money(tag.balanceBeforeMinor)),
    row(words.balanceAfter, writing.money(tag.balanceAfterMinor)),
  ];
}

function taxes({ taxes }: Receipt, words: ReceiptWording, writing: Writing): readonly ReceiptBlock[] {
  if (taxes.length === 0) return [];
  return [
    rule,
    ...taxes.flatMap(({ taxRate, grossMinor, netMinor, taxMinor }) => {
      const name = taxRate === null ? words.untaxed : words.tax.replace('{rate}', writing.rate(taxRate));
      const rest = `${words.net} ${writing.amount(netMinor)} · ${words.gross} ${writing.amount(grossMinor)}`;
      return [row(name, writing.amount(taxMinor)), row(`  ${rest}`, '', 'small')];
    }),
  ];
}

function identity(receipt: Receipt, words: ReceiptWording): readonly ReceiptBlock[] {
  const { assignmentId, furtherNumbers = [], terminalName, tag, cashierName, reference } = receipt;
  const further = furtherNumbers.map((number) => `${assignmentId}-${number}`);
  return [
    row(words.number, [identityOf(receipt), ...further].join(', '), 'small'),
    row(words.till, terminalName, 'small'),
    // Whole: it is what a customer needs who has lost the tag.
    row(words.tag, tag.uid, 'small'),
    ...(tag.transactionNumber === null ? [] : [row(words.tagNumber, String(tag.transactionNumber), 'small')]),
    ...(cashierName === null ? [] : [row(words.servedBy, cashierName, 'small')]),
    ...(reference === null
      ? []
      : [row(words.refersTo, `${reference.assignmentId}-${reference.terminalTransactionNumber}`, 'small')]),
  ];
}
