import { type FromReaderHost, type ReaderHostOptions, toReaderHostSchema } from '../../contract/ipc/envelope.ts';
import type { ReaderEvent } from '../../contract/ipc/reader.ts';
import { PcscReader } from '../readers/pcsc-reader.ts';
import { SimulatedReader } from '../readers/simulated/simulated-reader.ts';
import { openHostPort } from './host-port.ts';

/**
 * The process that owns the reader: APDUs and card events, no key and no meaning. It does nothing before `start`, stops
 * sending the moment its port closes, and may be killed at any time.
 */

const port = openHostPort();
let reader: PcscReader | SimulatedReader | null = null;

function post(message: FromReaderHost): void {
  port.post(message);
}

function report(event: ReaderEvent): void {
  post({ kind: 'reader', event });
}

/** A call into the driver that does not come back would also hold up an ordinary exit. */
function endStuck(detail: string): void {
  process.stderr.write(`reader host: the driver is stuck (${detail}), ending\n`);
  process.kill(process.pid, 'SIGKILL');
}

function openReader(options: ReaderHostOptions): PcscReader | SimulatedReader {
  switch (options.readerKind) {
    case 'pcsc':
      return new PcscReader({ readerName: options.readerName, report, giveUp: endStuck });
    case 'simulated':
      return new SimulatedReader({
        dataFolder: options.dataFolder,
        simulatedTag: options.simulatedTag,
        report,
        show: (view) => post({ kind: 'simulator-view', view }),
      });
  }
}

function end(code: number): void {
  reader?.close();
  reader = null;
  process.exit(code);
}

port.onMessage((received) => {
  const parsed = toReaderHostSchema.safeParse(received);
  if (!parsed.success) {
    process.stderr.write(`reader host: a message the contract does not know: ${parsed.error.message}\n`);
    return end(1);
  }
  const message = parsed.data;
  switch (message.kind) {
    case 'start':
      if (reader === null) {
        reader = openReader(message.options);
        reader.start();
      }
      return;
    case 'reader':
      if (reader === null) {
        const { id } = message.command;
        return report({ kind: 'failure', id, fault: 'failed', detail: 'the reader is not started' });
      }
      return reader.handle(message.command);
    case 'simulator': {
      const envelope =
        reader instanceof SimulatedReader
          ? reader.simulate(message.command)
          : { ok: false as const, fault: { code: 'USAGE' as const, message: 'The reader is not simulated.' } };
      return post({ kind: 'simulator-answer', id: message.id, envelope });
    }
    case 'stop':
      return end(0);
  }
});
port.onClose(() => end(0));
