import { type FromSupportHost, type ToSupportHost, toSupportHostSchema } from '../../contract/ipc/support.ts';
import { fault } from '../domain/fault.ts';
import { databaseFault } from '../store/open-database.ts';
import { checkTill, exportForSupport } from './diagnose.ts';
import { openHostPort } from './host-port.ts';

/**
 * The process that looks into a till's database for whoever looks for a fault: one piece of work, then it is over. It has no
 * right to write in the till's folder and no secret, reads beside the till that sells, and is ended to take its work back.
 */

const port = openHostPort();
const post = (message: FromSupportHost) => port.post(message);

port.onMessage((received) => {
  const message = toSupportHostSchema.parse(received);
  work(message).then(
    (answer) => post(answer),
    (error: unknown) => {
      const detail = error instanceof Error ? error.message : String(error);
      post({ kind: 'failed', fault: databaseFault(error) ?? fault('INTERNAL', { detail }) });
    },
  );
});
port.onClose(() => process.exit(0));

async function work(message: ToSupportHost): Promise<FromSupportHost> {
  const onProgress = (progress: { readonly done: number; readonly total: number }) =>
    post({ kind: 'progress', progress });
  switch (message.kind) {
    case 'check': {
      const findings = await checkTill(message.dataFolder, onProgress);
      return findings.ok
        ? { kind: 'checked', findings: [...findings.value] }
        : { kind: 'failed', fault: findings.fault };
    }
    case 'export': {
      const { dataFolder, file, facts } = message;
      const sizeBytes = await exportForSupport(dataFolder, file, facts, onProgress);
      return sizeBytes.ok
        ? { kind: 'exported', file, sizeBytes: sizeBytes.value }
        : { kind: 'failed', fault: sizeBytes.fault };
    }
  }
}
