import { useEffect, useRef, useState } from 'react';
import { type ReceiptPage, receiptPageSchema } from '../../contract/ipc/receipt.ts';
import type { ReceiptBridge } from '../../electron/preload/receipt-bridge.ts';
import { ReceiptPaper } from './receipt-paper.tsx';

declare global {
  interface Window {
    /** What the preload script of a receipt's hidden page exposes. */
    readonly klinkReceipt: ReceiptBridge;
  }
}

/** The hidden page that becomes a PDF or goes to a printer of the system: the paper, and nothing around it. */
export function PrintedReceipt() {
  const [page, setPage] = useState<ReceiptPage | null>(null);
  const paper = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // It scrolls nowhere: what is not on the page is not on the paper.
    document.documentElement.classList.add('is-printed');
    void window.klinkReceipt.page().then((given) => setPage(receiptPageSchema.parse(given)));
  }, []);
  useEffect(() => {
    if (page === null || paper.current === null) return;
    document.title = page.document.identity;
    void window.klinkReceipt.shown(paper.current.getBoundingClientRect().height);
  }, [page]);
  return (
    <div ref={paper}>
      {page === null ? null : <ReceiptPaper document={page.document} qrLabel={page.qrCode ? 'QR' : null} />}
    </div>
  );
}
