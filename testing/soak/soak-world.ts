import path from 'node:path';
import type { OperationAnswer, OperationName, OperationRequest } from '../../contract/ipc/operations.ts';
import { childRunning } from '../klink/child-processes.ts';
import { type DemoBackend, startDemoBackend } from '../klink/demo-backend.ts';
import { LiveTill } from '../klink/live-till.ts';
import { witnessTag } from '../klink/tag-witness.ts';
import { makeFolder } from '../klink/test-folder.ts';
import { startVirtualReader, type VirtualReader, type VirtualTag } from '../virtual-reader/virtual-reader.ts';
import { Probe } from './process-figures.ts';

const probeFile = path.resolve(import.meta.dirname, 'probe-process.ts');
const tap = { firstTagOnly: true, timeoutMs: 30_000 } as const;
export const tagCount = 20;

/** A customer as this run keeps account of them, apart from every program that is under test. */
export interface Customer {
  readonly uid: string;
  readonly tag: VirtualTag;
  balanceMinor: number;
  tagTransactionNumber: number;
}

/** Everything a long run works with: real hosts over a real PC/SC service, a real backend, and twenty wristbands. */
export interface SoakWorld {
  readonly till: LiveTill;
  readonly backend: DemoBackend;
  readonly reader: VirtualReader;
  readonly probe: Probe;
  readonly databaseFile: string;
  readonly customers: readonly Customer[];
  readonly editionId: number;
  /** By what they are called in the result; each is one process that must not grow. */
  readonly pids: Readonly<Record<'tillHost' | 'readerHost' | 'pcscd', number>>;
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

export async function startSoakWorld(): Promise<SoakWorld> {
  const folder = makeFolder('soak-till');
  const probe = new Probe(makeFolder('soak-probe').place);
  const [backend, reader] = await Promise.all([startDemoBackend(), startVirtualReader()]);
  const till = await LiveTill.start({
    dataFolder: folder.place,
    readerKind: 'pcsc',
    replication: 'background',
    environment: { ...reader.env, NODE_OPTIONS: `--import=${probeFile}`, KLINK_PROBE_FOLDER: probe.folder },
  });
  await till.ask('enrol', { backendUrl: backend.address, code: 'DEMO-FEST', terminalName: 'Bar 1' });
  const { edition } = await backend.enrolWitness('DEMO-FEST');
  const keys = new Map(edition.keySets.map(({ id, keyHex }) => [id, Buffer.from(keyHex, 'hex')]));
  const world: SoakWorld = {
    till,
    backend,
    reader,
    probe,
    databaseFile: path.join(folder.place, 'till.db'),
    customers: await makeCustomers(reader),
    editionId: edition.id,
    pids: {
      tillHost: known(till.tillHost.pid ?? null),
      readerHost: known(till.readerHost.pid ?? null),
      pcscd: known(childRunning(process.pid, 'pcscd')),
    },
    inserts: 0,
    async tapped(name, request, { tag }) {
      const answered = till.ask(name, request);
      const asked = till.seen('a tag to be asked for', ({ screen }) => screen.screen === 'tap');
      await Promise.race([asked, answered.then(() => Promise.reject(new Error(`${name} ended without a tag`)))]);
      await reader.insert(tag);
      world.inserts += 1;
      const answer = await answered;
      await reader.remove();
      await till.until('the tag to leave', () => (till.hasCard ? null : true));
      return answer;
    },
    async witness({ uid, tag }) {
      const memory = await reader.memory(tag);
      return witnessTag(memory, Buffer.from(uid, 'hex'), keys.get(memory[3] ?? -1) ?? Buffer.alloc(16));
    },
    async close() {
      await reader.close();
      await backend.close();
      folder.remove();
    },
  };
  for (const customer of world.customers) await world.tapped('issue', tap, customer);
  return world;
}

async function makeCustomers(reader: VirtualReader): Promise<readonly Customer[]> {
  const customers: Customer[] = [];
  for (let index = 0; index < tagCount; index += 1) {
    const uid = `04A1B2C3D4${(index + 1).toString(16).toUpperCase().padStart(4, '0')}`;
    customers.push({ uid, tag: await reader.makeTag({ uid }), balanceMinor: 0, tagTransactionNumber: 0 });
  }
  return customers;
}

function known(pid: number | null): number {
  if (pid === null) throw new Error('a process of the run is not to be found');
  return pid;
}
