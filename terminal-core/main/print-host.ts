import { type FromPrintHost, toPrintHostSchema } from '../../contract/ipc/printing.ts';
import { printJob } from '../printing/print-job.ts';
import { openHostPort } from './host-port.ts';

/**
 * The process that speaks to a receipt printer. It has no memory, no database and no secret, prints one job after the other,
 * and may hang or be killed at any moment without anybody having to wait but the paper.
 */

const port = openHostPort();
let last: Promise<void> = Promise.resolve();

port.onMessage((received) => {
  const message = toPrintHostSchema.parse(received);
  switch (message.kind) {
    case 'print': {
      const { id, printer, columns, job } = message;
      last = last.then(async () => {
        const ended: FromPrintHost = { kind: 'ended', id, end: await printJob(printer, columns, job) };
        port.post(ended);
      });
      return;
    }
    case 'stop':
      process.exit(0);
  }
});
port.onClose(() => process.exit(0));
