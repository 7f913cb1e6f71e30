import { allergenListSchema } from '../../contract/wire/allergens.ts';
import type { MemberCredit, MemberLookup } from '../../contract/wire/member-lookup.ts';
import type { ReservationRequest } from '../../contract/wire/reservation.ts';
import { sessionNameSchema } from '../../contract/wire/sessions.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import { type ExpectedFunds, readFundsOfPurses, sessionAt, usableCreditMinor } from './expected-funds.ts';
import { type Member, memberColumns } from './members.ts';

/** What a till that shows a member's tag is told of whose it is and what there is to spend (R106–R113, Q52). */
export type LookedUpMember = {
  member: MemberLookup;
  /** Cash, less what waiting sales will take of it. */
  bookedMinor: number;
  /** What holds will take of the cash. */
  heldMinor: number;
  /** Meal credit that may be used now. */
  creditMinor: number;
};

/** `undefined` where the edition has no purses. */
export async function lookUpMember(
  connection: Connection,
  editionId: number,
  customerId: number,
  now: Date,
): Promise<LookedUpMember | undefined> {
  const found = await readFundsOfPurses(connection, editionId, customerId, now);
  if (found === undefined) return undefined;
  const { funds, edition } = found;
  const member = await readMemberOf(connection, editionId, customerId);
  const session = sessionAt(edition, now);
  return {
    member: {
      displayName: member.displayName.slice(0, 120),
      className: member.className === null ? null : member.className.slice(0, 120),
      allergens: allergenListSchema.parse(member.allergens),
      dailyLimit:
        member.dailyLimitMinor === null
          ? null
          : {
              limitMinor: member.dailyLimitMinor,
              spentMinor: Math.max(0, funds.spentTodayMinor),
              day: edition.clock.dayOf(now),
            },
      credits: edition.creditMode === 'TILL' ? [] : creditsLeft(funds, now),
    },
    bookedMinor: funds.cashMinor,
    heldMinor: funds.heldMinor,
    creditMinor: usableCreditMinor(funds, edition, { at: now, session, meal: true }),
  };
}

const creditsMax = 50;

/** In the order in which they are used (R80), those also that are valid later: the till may be offline by then. */
function creditsLeft({ credits }: ExpectedFunds, now: Date): MemberCredit[] {
  return credits
    .flatMap(({ title, availableMinor, expiresAt, validFrom, validTo, validSessions }) => {
      const ends = [expiresAt, validTo].flatMap((end) => (end === null ? [] : end.getTime()));
      const endsAt = ends.length === 0 ? null : new Date(Math.min(...ends));
      if (availableMinor <= 0 || (endsAt !== null && endsAt.getTime() <= now.getTime())) return [];
      const sessions = validSessions === null ? null : sessionNameSchema.array().max(20).safeParse(validSessions);
      // A session that no till can be in pays for nothing there; better no credit than one that is used where it may not be.
      if (sessions !== null && !sessions.success) return [];
      return [
        {
          title: title.slice(0, 120),
          availableMinor,
          validFrom: validFrom?.toISOString() ?? null,
          expiresAt: endsAt?.toISOString() ?? null,
          sessions: sessions?.data ?? null,
        },
      ];
    })
    .slice(0, creditsMax);
}

/** What a hold is judged by: cash and, for meals, credit; and what the day still allows, null without a limit. */
export async function readSpendable(
  connection: Connection,
  editionId: number,
  customerId: number,
  { meal = false, session = null }: Pick<ReservationRequest, 'meal' | 'session'>,
  now: Date,
): Promise<{ availableMinor: number; dailyLeftMinor: number | null }> {
  const found = await readFundsOfPurses(connection, editionId, customerId, now);
  invariant('INV-61', found !== undefined, 'in account mode customers have purses');
  const { funds, edition } = found;
  const { dailyLimitMinor } = await readMemberOf(connection, editionId, customerId);
  const creditMinor = usableCreditMinor(funds, edition, { at: now, session, meal });
  return {
    availableMinor: funds.cashMinor - funds.heldMinor + creditMinor,
    dailyLeftMinor: dailyLimitMinor === null ? null : dailyLimitMinor - funds.spentTodayMinor,
  };
}

async function readMemberOf(connection: Connection, editionId: number, customerId: number): Promise<Member> {
  const found = await connection.query<Member>({
    name: 'read-member-of-customer',
    text: `SELECT ${memberColumns} FROM member m WHERE m.edition_id = $1 AND m.customer_id = $2`,
    values: [editionId, customerId],
  });
  const member = found.rows[0];
  invariant('INV-61', member !== undefined, 'in account mode a customer is a member');
  return member;
}
