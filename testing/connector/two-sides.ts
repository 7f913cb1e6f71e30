import { connectDueEditions } from '../../backend-mock/connector/connect-due.ts';
import type { RunningBackend } from '../../backend-mock/main.ts';
import { systemRandom } from '../../backend-mock/ports.ts';
import { processSales } from '../../backend-mock/purses/canteen-rounds.ts';
import { createTransactions } from '../../backend-mock/purses/create-transactions.ts';
import { createMembers, type Member, type NewMember } from '../../backend-mock/purses/members.ts';
import type { NewPurseTransaction } from '../../backend-mock/purses/new-transaction.ts';
import { readPurses } from '../../backend-mock/purses/purses.ts';
import { type Database, openDatabase } from '../../backend-mock/store/database.ts';
import { type ConnectionRow, connectionRowSchema, connectionsAnswerSchema } from '../../contract/wire/connections.ts';
import { installationRowSchema } from '../../contract/wire/installations.ts';
import type { TracTransactionAnswer } from '../../contract/wire/trac-entities.ts';
import { silentLog, startTestBackend, type TestServer } from '../backend/backend.ts';
import { logIn, type OperatorClient } from '../backend/operator-client.ts';
import { openSchool, type School } from '../trac/school.ts';
import { type Line, openLine } from './line.ts';

/** A Klink backend with the demo canteen, and a Trac installation: each on a database of its own, with a line between them. */
export type TwoSides = {
  databaseUrl: string;
  database: Database;
  backend: RunningBackend;
  operator: OperatorClient;
  editionId: number;
  /** The other side. */
  trac: School;
  line: Line;
  now(): Date;
  /** Moves both clocks. */
  pass(minutes: number): Promise<void>;
  /** Plays what is due now, in this process. */
  round(): Promise<number>;
  standing(): Promise<ConnectionRow>;
  /** Everything made from now on goes the way that is wished; what was made before has gone, or stays where it is. */
  set(wish: Wish): Promise<void>;
  /** The same pupil on both sides: here, and its id over there. */
  newPupil(): Promise<{ here: Member; thereId: string }>;
  newMemberHere(member: NewMember): Promise<Member>;
  /** Made here by nobody's till, at once in the books. */
  book(...wanted: NewPurseTransaction[]): Promise<number[]>;
  /** The sales processing of this side. */
  processHere(): Promise<void>;
  balancesHere(member: Pick<Member, 'customerId'>): Promise<Record<string, number>>;
  /** What the other side has of a member, as an integration sees it, in the order in which it came. */
  there(memberId: string): Promise<TracTransactionAnswer[]>;
  close(): Promise<void>;
};

export type Wish = { direction: 'push' | 'pull' | 'both'; credits?: 'klink' | 'trac' };

/** The integration as the other side knows it. */
const slug = 'smart';
const namespace = 'smartTill';

/** Connects the two, so that everything made from now on goes both ways. */
export async function openTwoSides(server: TestServer): Promise<TwoSides> {
  const tracUrl = await server.newDatabase();
  const trac = await openSchool(tracUrl);
  const line = await openLine(trac.address);
  const clock = { now: () => trac.now() };
  const databaseUrl = await server.newDatabase();
  // The job of this process is left to the tests: its next round is hours away.
  const backend = await startTestBackend(databaseUrl, { clock, connectorIntervalMs: 6 * 60 * 60 * 1000 });
  const database = openDatabase({ connectionString: databaseUrl }, systemRandom, silentLog);
  const tracDatabase = openDatabase({ connectionString: tracUrl }, systemRandom, silentLog);
  const operator = await logIn(backend.address);
  // The clock of the tests runs faster than anybody's working day.
  await database.pool.query(`UPDATE admin_session SET expires_at = '2100-01-01Z'`);
  const editionId = 2;
  await connect();
  let pupils = 0;

  async function connect(): Promise<void> {
    const request = {
      address: line.address,
      audience: 'https://trac.mypebble.co.uk/',
      organisation: String(trac.editionId),
      installationId: 'unknown',
      slug,
      namespace,
      direction: 'both',
      credits: 'trac',
    };
    const made = await operator.request(`/trac-connections/${editionId}`, {
      method: 'PUT',
      body: JSON.stringify(request),
    });
    if (made.status !== 201) throw new Error(`the connection was answered ${made.status}: ${await made.text()}`);
    const { publicKeyPem } = connectionRowSchema.parse(await made.json());
    const app = await trac.operator.post('/installations', {
      editionId: trac.editionId,
      slug,
      namespace,
      publicKeyPem,
    });
    await change({ installationId: String(installationRowSchema.parse(app.body).installationId) });
  }

  async function change(body: object): Promise<void> {
    const changed = await operator.request(`/trac-connections/${editionId}`, {
      method: 'PATCH',
      body: JSON.stringify(body),
    });
    if (changed.status !== 200) throw new Error(`the change was answered ${changed.status}: ${await changed.text()}`);
  }

  const newMemberHere = async (member: NewMember): Promise<Member> => {
    const [made] = await database.transaction((connection) =>
      createMembers(connection, editionId, [member], clock.now()),
    );
    if (made === undefined) throw new Error('no member was made');
    return made;
  };

  return {
    databaseUrl,
    database,
    backend,
    operator,
    editionId,
    trac,
    line,
    now: clock.now,
    pass: (minutes) => trac.setNow(new Date(trac.now().getTime() + minutes * 60_000).toISOString()),
    round: () => connectDueEditions({ database, clock, random: systemRandom, log: silentLog }),
    async standing() {
      const { connections } = await operator.read(connectionsAnswerSchema, '/trac-connections');
      const [found] = connections;
      if (found === undefined) throw new Error('there is no connection');
      return found;
    },
    async set({ direction, credits = 'trac' }) {
      await trac.setNow(new Date(trac.now().getTime() + 60 * 60_000).toISOString());
      await database.pool.query('UPDATE trac_connection SET since = $1', [clock.now()]);
      await tracDatabase.pool.query('UPDATE edition SET credit_mode = $1', [credits === 'klink' ? 'TILL' : 'TRAC']);
      await change({ direction, credits });
      await connectDueEditions({ database, clock, random: systemRandom, log: silentLog });
      await change({});
    },
    async newPupil() {
      pupils += 1;
      const misId = `M-${pupils}`;
      const here = await newMemberHere({ memberType: 'pupil', displayName: `Pupil ${misId}`, misId });
      const thereId = await trac
        .till()
        .newMember({ memberType: 'pupil', displayName: `Pupil ${misId}`, mis: { misId } });
      return { here, thereId };
    },
    newMemberHere,
    book: (...wanted) =>
      database.transaction(async (connection) => {
        const outcomes = await createTransactions(connection, editionId, wanted, clock.now());
        return outcomes.map((outcome) => {
          if (outcome.outcome === 'refused') throw new Error(outcome.detail);
          return outcome.backendTransactionId;
        });
      }),
    async processHere() {
      await processSales(database, clock);
    },
    async balancesHere({ customerId }) {
      const purses = await readPurses(database.pool, editionId, [customerId]);
      return Object.fromEntries(purses.map(({ purseId, balanceMinor }) => [purseId, balanceMinor]));
    },
    there: (memberId) => trac.till().organisationTransactions(`&meta.memberId.eq=${memberId}`),
    async close() {
      await database.close();
      await tracDatabase.close();
      await backend.close();
      await line.close();
      await trac.close();
    },
  };
}
