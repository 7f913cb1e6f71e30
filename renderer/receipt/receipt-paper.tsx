import type { ReceiptBlock, ReceiptDocument } from '../../contract/ipc/receipt.ts';
import { classNames } from '../../ui/components/class-names.ts';
import { QrCode } from './qr-code.tsx';

/** A receipt as it looks on paper: black on white in every theme. On the screen, in a file and on a printer of the system. */
export function ReceiptPaper({
  document: { blocks, qrText, language, identity },
  qrLabel,
  className,
}: {
  readonly document: ReceiptDocument;
  /** Null leaves the QR code away. */
  readonly qrLabel: string | null;
  readonly className?: string;
}) {
  return (
    <div lang={language} data-testid="receipt" className={classNames('receipt-paper', className)}>
      {blocks.map((block, at) => (
        // A receipt never changes: its blocks have no other name than their place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Block key={`${identity}-${at}`} block={block} />
      ))}
      {qrLabel === null ? null : <QrCode text={qrText} label={qrLabel} className="receipt-code" />}
    </div>
  );
}

function Block({ block }: { readonly block: ReceiptBlock }) {
  switch (block.kind) {
    case 'title':
      return <p className="receipt-title">{block.text}</p>;
    case 'centred':
      return <p className="receipt-centred">{block.text}</p>;
    case 'mark':
      return <p className="receipt-mark">{block.text}</p>;
    case 'row':
      return (
        <div className={`receipt-row receipt-${block.weight}`}>
          <span className="receipt-left">{block.left}</span>
          <span className="receipt-right">{block.right}</span>
        </div>
      );
    case 'rule':
      return <hr className="receipt-rule" />;
    default:
      return block satisfies never;
  }
}
