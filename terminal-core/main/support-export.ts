import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { z } from 'zod';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { CheckFinding, CheckProgress } from '../../contract/ipc/support.ts';
import { release } from '../../contract/release.ts';
import { journalEntrySchema } from '../../contract/wire/journal.ts';
import { checkDatabase } from '../store/database-check.ts';
import { loadSettings } from '../store/settings-file.ts';
import { databaseName, type TillDatabase } from '../store/till-database.ts';
import { diskFacts } from './surroundings.ts';

type OnProgress = (progress: CheckProgress) => void;
type Json = z.infer<ReturnType<typeof z.json>>;

/** So many transactions between two reports of progress, and in one question to the database. */
const pageRows = 200;

/** What a support file is made of. */
export interface SupportSources {
  readonly dataFolder: string;
  /** Opened without the right to write; null where it cannot be opened, and `problem` says why. */
  readonly database: TillDatabase | null;
  readonly problem: Fault | null;
  /** What only the program that exports knows: its own versions, the reader, its log. */
  readonly facts: Json;
}

/**
 * Writes everything that helps support into one file: one JSON object a line, compressed. It has no key, no token, no PIN and
 * no whole number of a tag: the secrets are never read here, staff is left out of the configuration, and each tag is called by
 * a name that is the same throughout the file and leads to no number.
 * @returns the size of the file
 */
export async function writeSupportFile(file: string, sources: SupportSources, onProgress: OnProgress): Promise<number> {
  const unfinished = `${file}.unfinished`;
  try {
    await pipeline(
      Readable.from(supportLines(sources, onProgress)),
      createGzip(),
      createWriteStream(unfinished, { mode: 0o600 }),
    );
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  return (await stat(file)).size;
}

function* supportLines(sources: SupportSources, onProgress: OnProgress): Generator<string> {
  const { dataFolder, facts, problem } = sources;
  const names = new TagNames();
  const line = (section: string, content: unknown): string =>
    `${JSON.stringify({ section, content: names.withheld(JSON.parse(JSON.stringify(content))) })}\n`;
  yield line('file', { format: 'klink-support', version: 1, klink: release, at: new Date().toISOString() });
  yield line('facts', facts);
  yield line('settings', loadSettings(dataFolder));
  if (problem !== null) yield line('unreadable', { section: 'database', fault: problem });
  for (const { section, contents } of sectionsOf(sources, onProgress)) {
    try {
      for (const content of contents()) yield line(section, content);
    } catch (error) {
      // Of a damaged database everything that can be read is what helps most.
      yield line('unreadable', { section, detail: messageOf(error) });
    }
  }
}

interface Section {
  readonly section: string;
  readonly contents: () => Iterable<unknown>;
}

function sectionsOf({ dataFolder, database }: SupportSources, onProgress: OnProgress): readonly Section[] {
  const check: Section = { section: 'check', contents: () => [checked(dataFolder, onProgress)] };
  if (database === null) return [check];
  const { assignments, transactions, journal } = database;
  return [
    { section: 'disk', contents: () => [diskFacts(dataFolder, database)] },
    { section: 'assignment', contents: () => [assignmentOf(assignments.assignment())] },
    { section: 'configuration', contents: () => [configurationOf(database)] },
    { section: 'counts', contents: () => [transactions.counts()] },
    check,
    { section: 'transaction', contents: () => transactionsOf(database, onProgress) },
    { section: 'journal', contents: () => toldBy(journal.lines()) },
  ];
}

function checked(dataFolder: string, onProgress: OnProgress): readonly CheckFinding[] {
  const check = checkDatabase(dataFolder, databaseName);
  for (;;) {
    const step = check.next();
    if (step.done) return step.value;
    onProgress(step.value);
  }
}

function assignmentOf(assignment: ReturnType<TillDatabase['assignments']['assignment']>): unknown {
  return assignment && { ...assignment, backendUrl: withoutUser(assignment.backendUrl) };
}

function* transactionsOf(database: TillDatabase, onProgress: OnProgress): Generator<unknown> {
  const last = database.transactions.counts().lastTerminalTransactionNumber;
  for (let number = 1; number <= last; number += 1) {
    if (number % pageRows === 0) onProgress({ done: number, total: last });
    yield transactionOf(database, number);
  }
}

/** Without its hash, from which a number of a tag could be found by trying; the check has judged the chain. */
function* toldBy(lines: Iterable<string>): Generator<unknown> {
  for (const entry of lines) {
    const { hash: _, ...told } = journalEntrySchema.parse(JSON.parse(entry));
    yield told;
  }
}

/** Staff is counted: what their PINs are checked against, and which tags are theirs, is nobody's business outside. */
function configurationOf({ assignments }: TillDatabase): unknown {
  const stored = assignments.configuration();
  if (!stored) return null;
  const { cashiers, blockedTags, ...rest } = stored.configuration;
  return { etag: stored.etag, ...rest, cashierCount: cashiers.length, blockedTagCount: blockedTags.length };
}

/** Without the bytes of the tag: they hold nothing that is not said in words, and are signed. */
function transactionOf({ transactions, history }: TillDatabase, number: number): unknown {
  try {
    const found = transactions.find(number);
    if (!found) return { terminalTransactionNumber: number, missing: true };
    const { images, ...transaction } = found;
    return { ...transaction, hasImages: images !== null, states: history.states(number) };
  } catch (error) {
    return { terminalTransactionNumber: number, unreadable: messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An address may carry a name and a password before the host. */
function withoutUser(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href;
}

const uidPattern = /\b(?:[0-9A-F]{20}|[0-9A-F]{14}|[0-9A-F]{8})\b/g;
/** Fields that hold a number of a tag, whatever it looks like. */
const uidFields: ReadonlySet<string> = new Set(['uid', 'tagUid', 'lostUid', 'newUid']);
/** Fields that could let somebody in, lead to a card, or to a person, should they ever turn up. */
const withheldFields: ReadonlySet<string> = new Set([
  'token',
  'keySets',
  'keyHex',
  'pin',
  'pinHash',
  'password',
  'secrets',
  // What somebody may not eat is theirs, and whoever they are may be guessed from it.
  'acknowledgedAllergens',
]);

/** Calls each tag by a name: the same one throughout a file, and none that leads back to its number. */
class TagNames {
  /** Of this one file, and not in it: there are too few numbers of tags to hide one behind a sum that can be done again. */
  readonly #salt = randomBytes(16).toString('hex');

  withheld(value: Json, field = ''): Json {
    if (withheldFields.has(field)) return 'withheld';
    if (typeof value === 'string') return this.#text(value, field);
    if (Array.isArray(value)) return value.map((part) => this.withheld(part, field));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, this.withheld(part, name)]));
  }

  #text(text: string, field: string): string {
    if (uidFields.has(field)) return this.#nameOf(text);
    // The provider's name of a payment: the end is enough to find it again.
    if (field === 'reference') return text.length > 4 ? `…${text.slice(-4)}` : text;
    // Numbers in sentences too; a hash is longer, and its letters are small.
    return text.replaceAll(uidPattern, (uid) => this.#nameOf(uid));
  }

  #nameOf(uid: string): string {
    return `tag-${createHash('sha256').update(`${this.#salt} ${uid}`).digest('hex').slice(0, 10)}`;
  }
}
