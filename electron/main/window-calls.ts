import { type BrowserWindow, type IpcMainInvokeEvent, ipcMain } from 'electron';
import { z } from 'zod';
import {
  operationChannel,
  practiseChannel,
  simulateChannel,
  simulatorViewChannel,
  startAfreshChannel,
  type WindowOperation,
} from '../../contract/ipc/channels.ts';
import type { ResultEnvelope } from '../../contract/ipc/envelope.ts';
import { operationNames, operations } from '../../contract/ipc/operations.ts';
import { simulatorCommandSchema } from '../../contract/ipc/simulator.ts';
import { isOwnAddress } from './app-address.ts';
import type { Composer } from './composer.ts';
import { log } from './log.ts';

/** Answers one channel. */
export type HandleCall = (
  channel: string,
  answer: (request: unknown) => ResultEnvelope | Promise<ResultEnvelope>,
) => void;

/** Lets nobody call but the main frame of the till's own window. */
export function callsOf(window: () => BrowserWindow | null): HandleCall {
  return (channel, answer) => {
    ipcMain.handle(channel, (event, request: unknown) => {
      if (isFromTillWindow(event, window())) return answer(request);
      log('error', 'a call from a page that is not the till was refused', { channel, url: event.senderFrame?.url });
      return refused('This page may not use the till.');
    });
  };
}

const isWindowOperation = (name: string): name is WindowOperation => name !== 'exportJournal';

/**
 * One handler per operation. Each answers only the main frame of the till's own window, and only a request that the
 * contract's schema accepts; everything else is refused with `USAGE` before it reaches a host.
 */
export function answerWindowCalls(composer: Composer, handle: HandleCall): void {
  for (const name of operationNames.filter(isWindowOperation)) {
    handle(operationChannel(name), (request) => {
      const parsed = operations[name].request.safeParse(request);
      if (!parsed.success) return refused(`${name}: ${parsed.error.message}`);
      // The last view is main's to remember: a reloaded window shows it even while the till host is being restarted.
      if (name === 'view') return { ok: true, result: composer.view };
      return composer.call(name, parsed.data);
    });
  }
  handle(practiseChannel, (request) => {
    const parsed = z.boolean().safeParse(request);
    return parsed.success ? composer.practise(parsed.data) : refused('practise: true or false');
  });
  handle(startAfreshChannel, () => composer.startAfresh());
  handle(simulatorViewChannel, () => ({ ok: true, result: composer.simulatorView }));
  handle(simulateChannel, (request) => {
    const parsed = simulatorCommandSchema.safeParse(request);
    return parsed.success ? composer.simulate(parsed.data) : refused(`simulate: ${parsed.error.message}`);
  });
}

function isFromTillWindow(event: IpcMainInvokeEvent, window: BrowserWindow | null): boolean {
  const frame = event.senderFrame;
  if (window === null || window.isDestroyed() || event.sender !== window.webContents) return false;
  return frame !== null && frame === window.webContents.mainFrame && isOwnAddress(frame.url);
}

/** The answer to a call out of the contract. */
export function refused(message: string): ResultEnvelope {
  return { ok: false, fault: { code: 'USAGE', message } };
}
