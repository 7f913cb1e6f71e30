import type { OperationName } from './operations.ts';

/**
 * Operations a window may ask for. Writing a file at a path of the caller's choice is not for a renderer: the export is the
 * command line's.
 */
export type WindowOperation = Exclude<OperationName, 'exportJournal'>;

/** Electron's channels between preload and main, one per operation; their names are known here and nowhere else. */
export const operationChannel = <N extends WindowOperation>(operation: N): `klink:call:${N}` =>
  `klink:call:${operation}`;
export const simulateChannel = 'klink:simulate';
export const simulatorViewChannel = 'klink:simulator-view';
/** The customer's display asks for what it shows, and is told of every change. */
export const customerViewChannel = 'klink:customer-view';
export const customerViewChangedChannel = 'klink:customer-view-changed';
/** Turns the till to training or back; the application's own, because both hosts start anew. */
export const practiseChannel = 'klink:practise';
/** Puts data that cannot be gone on with out of the way, so that the till can be enrolled anew; nothing is deleted. */
export const startAfreshChannel = 'klink:start-afresh';
/** Receipts outside the screen: print, save, print again. */
export const printerCommandChannel = 'klink:printer-command';
export const printerViewChannel = 'klink:printer-view';
export const printerViewChangedChannel = 'klink:printer-view-changed';
export const receiptSettingsChannel = 'klink:receipt-settings';
export const changeReceiptSettingsChannel = 'klink:change-receipt-settings';
/** In which language the screen speaks, for receipts that are printed by themselves. */
export const screenLanguageChannel = 'klink:screen-language';
/** The hidden page of a receipt asks for it, and says how high it is. */
export const receiptPageChannel = 'klink:receipt-page';
export const receiptShownChannel = 'klink:receipt-shown';
/** Looking for a fault: check, export, stop. */
export const supportCommandChannel = 'klink:support-command';
export const supportViewChannel = 'klink:support-view';
export const supportViewChangedChannel = 'klink:support-view-changed';
export const aboutChannel = 'klink:about';
/** Main → window. */
export const viewChangedChannel = 'klink:view-changed';
export const simulatorChangedChannel = 'klink:simulator-changed';
