import path from 'node:path';
import type { OperationAnswer, OperationName, OperationRequest } from '../../contract/ipc/operations.ts';
import type { ReaderKind } from '../../contract/ipc/reader.ts';
import { type DemoBackend, startDemoBackend } from '../klink/demo-backend.ts';
import { LiveTill } from '../klink/live-till.ts';
import { witnessTag } from '../klink/tag-witness.ts';
import { makeFolder } from '../klink/test-folder.ts';
import { Probe } from './process-figures.ts';
import { startTagField } from './tag-field.ts';

const probeFile = path.resolve(import.meta.dirname, 'probe-process.ts');
const tap = { firstTagOnly: true, timeoutMs: 30_000 } as const;
export const tagCount = 20;

/** A customer as this run keeps account of them, apart from every program that is under test. */
export interface Customer {
  readonly uid: string;
  balanceMinor: number;
  tagTransactionNumber: number;
}

/** Everything a long run works with: real hosts on a reader with twenty wristbands, and a real backend. */
export interface SoakWorld {
  readonly till: LiveTill;
  readonly backend: DemoBackend;
  readonly probe: Probe;
  readonly databaseFile: string;
  readonly customers: readonly Customer[];
  readonly editionId: number;
  /** Processes that must not grow, by what they are called in the result; those with a probe inside, and the others. */
  readonly probed: Readonly<Record<string, number>>;
  readonly others: Readonly<Record<string, number>>;
  /** How often a tag was laid on the reader. */
  inserts: number;
  /** A call that waits for a tag: this customer's is laid down, and taken away when the till has answered. */
  tapped<N extends OperationName>(
    name: N,
    request: OperationRequest<N>,
    customer: Customer,
  ): Promise<OperationAnswer<N>>;
  /** What a tag holds, read by the witness. */
  witness(customer: Customer): Promise<{ balanceMinor: number; transactionNumber: number } | null>;
  close(): Promise<void>;
}

export async function startSoakWorld(readerKind: ReaderKind): Promise<SoakWorld> {
  const folder = makeFolder('soak-till');
  const probeFolder = makeFolder('soak-probe');
  const probe = new Probe(probeFolder.place);
  const [backend, field] = await Promise.all([startDemoBackend(), startTagField(readerKind, folder.place)]);
  const till = await LiveTill.start({
    dataFolder: folder.place,
    readerKind,
    replication: 'background',
    environment: { ...field.environment, NODE_OPTIONS: `--import=${probeFile}`, KLINK_PROBE_FOLDER: probe.folder },
  });
  await till.ask('enrol', { backendUrl: backend.address, code: 'DEMO-FEST', terminalName: 'Bar 1' });
  const { edition } = await backend.enrolWitness('DEMO-FEST');
  const keys = new Map(edition.keySets.map(({ id, keyHex }) => [id, Buffer.from(keyHex, 'hex')]));
  const uids = await field.makeTags(till, tagCount);
  const world: SoakWorld = {
    till,
    backend,
    probe,
    databaseFile: path.join(folder.place, 'till.db'),
    customers: uids.map((uid) => ({ uid, balanceMinor: 0, tagTransactionNumber: 0 })),
    editionId: edition.id,
    probed: { tillHost: known(till.tillHost.pid ?? null), readerHost: known(till.readerHost.pid ?? null) },
    others: field.processes,
    inserts: 0,
    async tapped(name, request, { uid }) {
      const answered = till.ask(name, request);
      const asked = till.seen('a tag to be asked for', ({ screen }) => screen.screen === 'tap');
      await Promise.race([asked, answered.then(() => Promise.reject(new Error(`${name} ended without a tag`)))]);
      await field.insert(till, uid);
      world.inserts += 1;
      const answer = await answered;
      await field.remove(till);
      await till.until('the tag to leave', () => (till.hasCard ? null : true));
      return answer;
    },
    async witness({ uid }) {
      const memory = await field.memory(uid);
      return witnessTag(memory, Buffer.from(uid, 'hex'), keys.get(memory[3] ?? -1) ?? Buffer.alloc(16));
    },
    async close() {
      await till.stop();
      await field.close();
      await backend.close();
      for (const place of [folder, probeFolder]) place.remove();
    },
  };
  for (const customer of world.customers) await world.tapped('issue', tap, customer);
  return world;
}

function known(pid: number | null): number {
  if (pid === null) throw new Error('a process of the run is not to be found');
  return pid;
}
