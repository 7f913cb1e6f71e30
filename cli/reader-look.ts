import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FromReaderHost, fromReaderHostSchema, type ToReaderHost } from '../contract/ipc/envelope.ts';
import type { ReaderEvent } from '../contract/ipc/reader.ts';
import { startHostProcess } from './host-process.ts';

/** The PC/SC reader as it shows itself, and what lies on it. */
export interface ReaderLook {
  readonly state: Extract<ReaderEvent, { kind: 'state' }>;
  /** Answer to reset of the card in the field; null where none lies there. */
  readonly atr: Uint8Array | null;
}

/** How long the service and the reader may take to show themselves, and then the card on it. */
const readerMs = 5_000;
const cardMs = 1_000;

const readerHost = join(fileURLToPath(new URL('../hosts/', import.meta.url)), 'reader-host.js');

/** Starts a reader host alone, without a till: it shares the reader, asks the card for nothing, and is ended at once. */
export async function lookAtReader(dataFolder: string, readerName: string | null): Promise<ReaderLook | null> {
  let state: ReaderLook['state'] | null = null;
  let atr: Uint8Array | null = null;
  let changed: () => void = () => undefined;
  const host = startHostProcess<FromReaderHost, ToReaderHost>({
    entryFile: readerHost,
    environment: {},
    schema: fromReaderHostSchema,
    onMessage: (message) => {
      if (message.kind !== 'reader') return;
      if (message.event.kind === 'state') state = message.event;
      if (message.event.kind === 'card-present') atr = message.event.atr;
      changed();
    },
    onForeignMessage: () => host.kill(),
  });
  const until = (isTrue: () => boolean, timeoutMs: number): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        changed = () => undefined;
        resolve();
      };
      const timer = setTimeout(end, timeoutMs);
      changed = () => {
        if (isTrue()) end();
      };
      changed();
      void host.ended.then(end);
    });
  host.post({ kind: 'start', options: { readerKind: 'pcsc', readerName, dataFolder, simulatedTag: null } });
  const stateNow = (): ReaderLook['state'] | null => state;
  await until(() => !['starting', undefined].includes(stateNow()?.state), readerMs);
  if (stateNow()?.state === 'ready') await until(() => atr !== null, cardMs);
  host.kill();
  await host.ended;
  const found = stateNow();
  return found === null ? null : { state: found, atr };
}
