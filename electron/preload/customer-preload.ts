import { contextBridge, ipcRenderer } from 'electron';
import { customerViewChangedChannel, customerViewChannel } from '../../contract/ipc/channels.ts';
import type { CustomerBridge } from './customer-bridge.ts';
import { subscription } from './subscription.ts';

contextBridge.exposeInMainWorld('klinkCustomer', {
  view: () => ipcRenderer.invoke(customerViewChannel),
  onView: subscription(customerViewChangedChannel),
} satisfies CustomerBridge);
