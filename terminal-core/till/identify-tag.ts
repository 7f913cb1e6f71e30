import type { Fault } from '../../contract/ipc/fault.ts';
import type { AccountLinePort, AccountStore } from '../checkout/account-ports.ts';
import type { Presence, ReaderPort } from '../checkout/ports.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { toHex } from '../tag/bytes.ts';
import type { TagFault } from '../tag/driver.ts';
import { driverFor } from '../tag/driver-for.ts';
import type { Desk } from './desk.ts';
import type { TagSight } from './tag-sight.ts';
import type { ShownTag } from './work.ts';

/** A tag in account mode: it says who it is, and nothing else is read of it. */
export interface IdentifiedTag {
  readonly presenceId: number;
  /** Upper-case hex. */
  readonly uid: string;
}

/** The till's memory of accounts, and the line that keeps it fresh. */
export interface Accounts {
  readonly store: AccountStore;
  readonly line: AccountLinePort;
  /** Whether this till shows and takes meal credit (R112, R113). */
  isCatering(): boolean;
}

/** UIDs alone: of a blank tag, one of another event, and one whose memory is too small or locked. */
export function uidOnly(reader: ReaderPort): TagSight<IdentifiedTag> {
  return { read: (presence) => readUid(reader, presence), refused: () => undefined };
}

async function readUid(reader: ReaderPort, presence: Presence): Promise<Result<IdentifiedTag, TagFault>> {
  const driver = driverFor(presence.atr, reader.transmitTo(presence.presenceId));
  if (!driver.ok) return driver;
  const uid = await driver.value.readUid();
  return uid.ok ? ok({ presenceId: presence.presenceId, uid: toHex(uid.value) }) : uid;
}

/** A blocked tag pays for nothing, whoever said that it is blocked. */
export function refuseBlocked(
  desk: Desk,
  uid: string,
  known: { readonly blocked: boolean } | null,
): Result<void, Fault> {
  const isBlocked = (known?.blocked ?? false) || desk.configuration.blockedTags.includes(uid);
  return isBlocked ? failed(fault('TAG_BLOCKED')) : ok(undefined);
}

/** An account as the screens and steps show a tag. Its generation is always the first: nothing is ever written. */
export function shownAccount(balanceMinor: number, blocked: boolean): ShownTag {
  return { generation: 1, transactionNumber: null, balanceMinor, blocked };
}
