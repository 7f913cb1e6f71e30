import { contextBridge, ipcRenderer } from 'electron';
import { receiptPageChannel, receiptShownChannel } from '../../contract/ipc/channels.ts';
import type { ReceiptBridge } from './receipt-bridge.ts';

contextBridge.exposeInMainWorld('klinkReceipt', {
  page: () => ipcRenderer.invoke(receiptPageChannel),
  shown: (heightPx) => ipcRenderer.invoke(receiptShownChannel, heightPx),
} satisfies ReceiptBridge);
