import { z } from 'zod';
import { accountsAnswerSchema, coherenceAnswerSchema, transactionRowSchema } from '../../contract/wire/admin.ts';
import { type EnrolmentAnswer, enrolmentAnswerSchema } from '../../contract/wire/enrolment.ts';
import { startKlink } from './run-klink.ts';
import { makeFolder, type TestFolder } from './test-folder.ts';

/** Longer than any test: the full kill matrix takes an hour where others work on the same machine. */
const backendLastsMs = 6 * 3_600_000;

const startedSchema = z.object({ address: z.string() });

/** A demo backend as its operator sees it. */
export interface DemoBackendView {
  readonly address: string;
  /** Balances in minor units by canonical account name, zero balances left out. */
  balances(editionId: number): Promise<Readonly<Record<string, number>>>;
  /** The same with all customers added up, for books that several tests write into. */
  totals(editionId: number): Promise<Readonly<Record<string, number>>>;
  coherence(editionId: number): Promise<z.infer<typeof coherenceAnswerSchema>>;
  transactions(editionId: number): Promise<readonly z.infer<typeof transactionRowSchema>[]>;
  /** Something an operator makes, below `/v1/admin`; throws with the backend's words where it is refused. */
  operate(path: string, body: unknown): Promise<unknown>;
  /** What a till is told when it is enrolled, with a till of its own: the way a test gets the edition's keys. */
  enrolWitness(code: string): Promise<EnrolmentAnswer>;
}

/** `klink backend --demo` as a process of its own, on a database of its own, and the operator's view of it. */
export interface DemoBackend extends DemoBackendView {
  close(): Promise<void>;
  /** SIGKILL, as when a machine dies: its folder stays, and its PostgreSQL goes on running until somebody adopts it. */
  kill(): Promise<void>;
}

/** @param place where it keeps its database, and the port it had before: of a folder that is to outlive it */
export async function startDemoBackend(
  place: { readonly folder: TestFolder; readonly port: number } | null = null,
): Promise<DemoBackend> {
  const folder = place?.folder ?? makeFolder('backend');
  const port = String(place?.port ?? 0);
  const running = startKlink(['backend', '--demo', '--port', port, '--data', folder.place], {
    hangsAfterMs: backendLastsMs,
    // A test that is killed leaves no backend behind.
    wrapper: ['setpriv', '--pdeathsig', 'TERM'],
  });
  const started = await running.step('backendStarted', (step) => step.event === 'backendStarted');
  const { address } = startedSchema.parse(started.details);
  return {
    ...(await operatorOf(address)),
    async close() {
      running.signal('SIGTERM');
      const { exitCode, stderr } = await running.ended;
      if (place === null) folder.remove();
      if (exitCode !== 0) throw new Error(`the backend ended with ${exitCode}: ${stderr}`);
    },
    async kill() {
      running.signal('SIGKILL');
      await running.ended;
    },
  };
}

/** The operator of a demo backend that runs already, whoever started it. */
export async function operatorOf(address: string): Promise<DemoBackendView> {
  const cookie = await openSession(address);
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`${address}${path}`, { headers: { cookie } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return await response.json();
  };
  const accountsOf = async (editionId: number) =>
    accountsAnswerSchema.parse(await ask(`/v1/admin/accounts?editionId=${editionId}`)).accounts;
  return {
    address,
    async totals(editionId) {
      const sums = new Map<string, number>();
      for (const { type, name, balanceMinor } of await accountsOf(editionId)) {
        const account = type === 'customer' ? 'customer' : name;
        sums.set(account, (sums.get(account) ?? 0) + balanceMinor);
      }
      return Object.fromEntries([...sums].filter(([, balanceMinor]) => balanceMinor !== 0));
    },
    async balances(editionId) {
      const accounts = await accountsOf(editionId);
      return Object.fromEntries(
        accounts
          .filter(({ balanceMinor }) => balanceMinor !== 0)
          .map(({ type, name, balanceMinor }) => [type === 'customer' ? 'customer' : name, balanceMinor]),
      );
    },
    coherence: async (editionId) =>
      coherenceAnswerSchema.parse(await ask(`/v1/admin/coherence?editionId=${editionId}`)),
    transactions: async (editionId) =>
      z
        .object({ transactions: z.array(transactionRowSchema) })
        .parse(await ask(`/v1/admin/transactions?editionId=${editionId}`)).transactions,
    operate: async (path, body) => {
      const response = await fetch(`${address}/v1/admin${path}`, {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return await response.json();
    },
    enrolWitness: (code) => enrolWitness(address, code),
  };
}

async function openSession(address: string): Promise<string> {
  const response = await fetch(`${address}/v1/admin/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password: 'demo' }),
  });
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
  if (!response.ok || cookie === undefined) throw new Error(`no operator session: ${response.status}`);
  return cookie;
}

async function enrolWitness(address: string, code: string): Promise<EnrolmentAnswer> {
  const response = await fetch(`${address}/v1/enrolments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, terminalName: 'Witness', journalId: crypto.randomUUID().replaceAll('-', '') }),
  });
  return enrolmentAnswerSchema.parse(await response.json());
}
