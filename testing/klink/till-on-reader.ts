import type { VirtualReader } from '../virtual-reader/virtual-reader.ts';
import { type KlinkRun, klink, type RunningKlink, startKlink } from './run-klink.ts';
import { makeFolder, type TestFolder } from './test-folder.ts';

const tapCommands = new Set([
  ...[
    'issue',
    'balance',
    'topup',
    'sell',
    'refund',
    'chargeback',
    'block',
    'adjust',
    'repair',
    'replace',
    'cleanup',
    'resolve',
    'payments',
  ],
]);

/** A till's folder and the PC/SC reader its commands use. */
export interface TillOnReader {
  readonly folder: TestFolder;
  /** `klink` with this till's folder and reader. */
  run(...args: readonly string[]): Promise<KlinkRun>;
  start(...args: readonly string[]): RunningKlink;
}

export function tillOnReader(folder: TestFolder, reader: Pick<VirtualReader, 'env'>): TillOnReader {
  const complete = ([command = '', ...rest]: readonly string[]): readonly string[] => [
    command,
    ...rest,
    '--data',
    folder.place,
    ...(tapCommands.has(command) ? ['--reader', 'pcsc'] : []),
  ];
  const options = { env: reader.env };
  return {
    folder,
    run: (...args) => klink(complete(args), options),
    start: (...args) => startKlink(complete(args), options),
  };
}

/** A till of the demo festival, enrolled by `klink enrol`. */
export async function enrolTill(backendAddress: string, reader: Pick<VirtualReader, 'env'>): Promise<TillOnReader> {
  const till = tillOnReader(makeFolder('till'), reader);
  succeeded(await till.run('enrol', '--backend', backendAddress, '--code', 'DEMO-FEST', '--name', 'Bar 1'));
  return till;
}

/** The run as it is, where it ended with 0; else everything it said is in the error. */
export function succeeded(run: KlinkRun): KlinkRun {
  if (run.exitCode !== 0) throw new Error(`klink ended with ${run.exitCode}:\n${run.stdout}${run.stderr}`);
  return run;
}
