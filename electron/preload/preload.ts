import { contextBridge, ipcRenderer } from 'electron';
import {
  operationChannel,
  practiseChannel,
  simulateChannel,
  simulatorChangedChannel,
  simulatorViewChannel,
  startAfreshChannel,
  viewChangedChannel,
  type WindowOperation,
} from '../../contract/ipc/channels.ts';
import type { OperationRequest } from '../../contract/ipc/operations.ts';
import type { Bridge } from './bridge.ts';
import { subscription } from './subscription.ts';

const operation =
  <N extends WindowOperation>(name: N) =>
  (request: OperationRequest<N>) =>
    ipcRenderer.invoke(operationChannel(name), request);

const bridge = {
  view: operation('view'),
  catalogue: operation('catalogue'),
  enrol: operation('enrol'),
  addToCart: operation('addToCart'),
  addAmountToCart: operation('addAmountToCart'),
  removeFromCart: operation('removeFromCart'),
  clearCart: operation('clearCart'),
  setCartAside: operation('setCartAside'),
  setDiscount: operation('setDiscount'),
  clearDiscount: operation('clearDiscount'),
  setCheckout: operation('setCheckout'),
  sell: operation('sell'),
  topUp: operation('topUp'),
  finishPayment: operation('finishPayment'),
  voidPayment: operation('voidPayment'),
  payments: operation('payments'),
  refund: operation('refund'),
  reverseRefund: operation('reverseRefund'),
  chargeback: operation('chargeback'),
  undoSale: operation('undoSale'),
  collectAdjustment: operation('collectAdjustment'),
  block: operation('block'),
  issue: operation('issue'),
  repair: operation('repair'),
  replace: operation('replace'),
  balance: operation('balance'),
  login: operation('login'),
  loginByTag: operation('loginByTag'),
  logout: operation('logout'),
  approve: operation('approve'),
  approveByTag: operation('approveByTag'),
  openShift: operation('openShift'),
  shiftReport: operation('shiftReport'),
  closeShift: operation('closeShift'),
  cancel: operation('cancel'),
  dismiss: operation('dismiss'),
  transactions: operation('transactions'),
  transaction: operation('transaction'),
  lastSale: operation('lastSale'),
  receipt: operation('receipt'),
  attention: operation('attention'),
  resolve: operation('resolve'),
  confirmCashReturned: operation('confirmCashReturned'),
  replicate: operation('replicate'),
  status: operation('status'),
  cleanup: operation('cleanup'),
  practise: (isTraining) => ipcRenderer.invoke(practiseChannel, isTraining),
  startAfresh: () => ipcRenderer.invoke(startAfreshChannel),
  simulate: (command) => ipcRenderer.invoke(simulateChannel, command),
  simulatorView: () => ipcRenderer.invoke(simulatorViewChannel),
  onView: subscription(viewChangedChannel),
  onSimulatorView: subscription(simulatorChangedChannel),
} satisfies Bridge;

contextBridge.exposeInMainWorld('klink', bridge);
