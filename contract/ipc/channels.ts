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
/** Main → window. */
export const viewChangedChannel = 'klink:view-changed';
export const simulatorChangedChannel = 'klink:simulator-changed';
