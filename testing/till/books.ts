import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import { type WitnessedTag, witnessTag } from '../klink/tag-witness.ts';
import { secrets } from './festival.ts';

const drawerSchema = z.object({ tags: z.array(z.object({ model: z.string(), uid: z.string(), memory: z.string() })) });
const firstUserByte = 16;
const memoryLength = 144;

const rowSchema = z.object({
  number: z.int(),
  state: z.string(),
  version: z.int(),
  type: z.string(),
  deltaMinor: z.int(),
  uid: z.string(),
  tagNumber: z.int().nullable(),
});
export type BookedRow = z.infer<typeof rowSchema>;

/** Every transaction of a till's database, oldest first. */
export function bookedRows(database: Database.Database): readonly BookedRow[] {
  return z.array(rowSchema).parse(
    database
      .prepare(
        `SELECT terminal_transaction_number AS number, state, state_version AS version, type,
           balance_delta_minor AS deltaMinor, tag_uid AS uid, tag_transaction_number AS tagNumber
         FROM txn ORDER BY terminal_transaction_number`,
      )
      .all(),
  );
}

/** What the tags of a folder hold, read without any code of the till; null for one that is blank. */
export function witnessedTags(folder: string): ReadonlyMap<string, WitnessedTag | null> {
  const drawer = drawerSchema.parse(JSON.parse(fs.readFileSync(path.join(folder, 'simulated-tags.json'), 'utf8')));
  const key = Buffer.from(secrets.keySets[0]?.keyHex ?? '', 'hex');
  return new Map(
    drawer.tags.map(({ model, uid, memory }) => [
      uid,
      witnessTag(logicalMemory(model, Buffer.from(memory, 'hex')), Buffer.from(uid, 'hex'), key),
    ]),
  );
}

/** tag.md, "Mapping to technologies": from page 4 on; of a MIFARE Classic the three data blocks of sectors 1, 2 and 3. */
function logicalMemory(model: string, memory: Buffer): Buffer {
  return model === 'classic1k'
    ? Buffer.concat([64, 128, 192].map((sectorStart) => memory.subarray(sectorStart, sectorStart + 48)))
    : memory.subarray(firstUserByte, firstUserByte + memoryLength);
}

const journalSchema = z.array(
  z.object({ seq: z.int(), kind: z.string(), at: z.string(), payload: z.string(), hash: z.string() }),
);

/**
 * What is wrong with a till's books; empty when they hold: every number drawn is one row and used once (INV-04), the
 * journal has no gap and its hashes follow (INV-05), items come to the change of the balance (INV-01), every change of
 * state is logged, and every replicable one is journalled once and as it is (INV-06, R30–R32).
 */
export function faultsOfBooks(database: Database.Database): readonly string[] {
  return [...journalFaults(database), ...numberFaults(database), ...itemFaults(database), ...stateFaults(database)];
}

function journalFaults(database: Database.Database): readonly string[] {
  const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
  const journalId = database.prepare('SELECT journal_id FROM assignment').pluck().get();
  let previous = sha256(String(journalId));
  const entries = journalSchema.parse(database.prepare('SELECT * FROM journal ORDER BY seq').all());
  return entries.flatMap(({ seq, kind, at, payload, hash }, index) => {
    const isCanonical = canonicalize(JSON.parse(payload)) === payload;
    const isLinked = hash === sha256(`${previous}\n${seq}\n${kind}\n${at}\n${payload}`);
    previous = hash;
    return seq === index + 1 && isCanonical && isLinked ? [] : [`journal entry ${seq} at place ${index + 1}`];
  });
}

function numberFaults(database: Database.Database): readonly string[] {
  const drawn = z
    .int()
    .parse(database.prepare('SELECT coalesce(max(last_terminal_transaction_number), 0) FROM assignment').pluck().get());
  const used = bookedRows(database).map(({ number }) => number);
  const expected = Array.from({ length: drawn }, (_, index) => index + 1);
  return JSON.stringify(used) === JSON.stringify(expected) ? [] : [`numbers ${used} of ${drawn} drawn`];
}

function itemFaults(database: Database.Database): readonly string[] {
  const numbers = database
    .prepare(
      `SELECT terminal_transaction_number FROM txn WHERE CASE type WHEN 'TagAdjustment' THEN 0 ELSE balance_delta_minor END <> (
         SELECT coalesce(sum(CASE WHEN debit_account = 'customer' THEN amount_minor ELSE -amount_minor END), 0)
         FROM txn_item WHERE txn_item.terminal_transaction_number = txn.terminal_transaction_number)`,
    )
    .pluck()
    .all();
  return numbers.map((number) => `INV-01: items of ${number}`);
}

const statesSchema = z.array(z.object({ version: z.int(), from: z.string().nullable(), to: z.string() }));
const replicable = ['TerminalConfirmUnknown', 'Committed', 'Aborted'];

function stateFaults(database: Database.Database): readonly string[] {
  const log = database.prepare(
    `SELECT state_version AS version, from_state AS "from", to_state AS "to" FROM txn_state_log
     WHERE terminal_transaction_number = ? ORDER BY state_version`,
  );
  const journalled = database
    .prepare<[], string>(`SELECT payload FROM journal WHERE kind = 'transaction' ORDER BY seq`)
    .pluck()
    .all()
    .map((payload) => transactionPayloadSchema.parse(JSON.parse(payload)));
  const cashReturns = database.prepare('SELECT terminal_transaction_number FROM cash_return').pluck().all();
  return bookedRows(database).flatMap(({ number, state, version }) => {
    const states = statesSchema.parse(log.all(number));
    const isLogged =
      states.length === version &&
      states.at(-1)?.to === state &&
      states.every((entry, index) => entry.version === index + 1 && entry.from === (states[index - 1]?.to ?? null));
    const told = journalled.filter(({ terminalTransactionNumber }) => terminalTransactionNumber === number);
    const isCashBack = cashReturns.includes(number);
    const wanted = [
      ...states.filter(({ to }) => replicable.includes(to)),
      // Newer words about a state that stays: the cash of an aborted top-up was given back (money rule 4).
      ...(isCashBack ? [{ version: version + 1, to: 'Aborted' }] : []),
    ];
    const isTold =
      told.length === wanted.length &&
      told.every((payload, index) => {
        const step = wanted[index];
        const isOfCash = isCashBack && index === wanted.length - 1;
        return (
          payload.state === step?.to &&
          payload.stateVersion === step.version &&
          payload.cashReturned === (isOfCash ? true : null)
        );
      });
    return isLogged && isTold ? [] : [`states of ${number}: ${JSON.stringify({ states, told: told.length })}`];
  });
}
