import { type CreditMode, creditModeSchema } from '../../contract/wire/canteen.ts';
import { type Session, sessionListSchema } from '../../contract/wire/sessions.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import { type WallClock, wallClockOf } from './wall-clock.ts';

/** What the purses of an edition go by. */
export type CanteenEdition = {
  editionId: number;
  /** Purses are in account mode alone. */
  hasPurses: boolean;
  currency: string;
  clock: WallClock;
  /** Q33. */
  creditMode: CreditMode;
  /** Q34: whether the sessions of a purse narrow what its credits pay. */
  sessionCredits: boolean;
  sessions: readonly Session[];
};

/** What decides over meals and credits of an edition, which has to exist (INV-61). */
export async function readCanteenEdition(
  connection: Pick<Connection, 'query'>,
  editionId: number,
): Promise<CanteenEdition> {
  const found = await connection.query<{
    mode: string;
    currency: string;
    time_zone: string;
    credit_mode: string;
    session_credits: boolean;
    sessions: unknown;
  }>({
    name: 'read-canteen-edition',
    text: 'SELECT mode, currency, time_zone, credit_mode, session_credits, sessions FROM edition WHERE edition_id = $1',
    values: [editionId],
  });
  const row = found.rows[0];
  invariant('INV-61', row !== undefined, 'the edition of a purse exists');
  return {
    editionId,
    hasPurses: row.mode === 'account',
    currency: row.currency,
    clock: wallClockOf(row.time_zone),
    creditMode: creditModeSchema.parse(row.credit_mode),
    sessionCredits: row.session_credits,
    sessions: sessionListSchema.nullable().parse(row.sessions) ?? [],
  };
}
