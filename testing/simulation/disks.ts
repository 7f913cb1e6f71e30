import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { databaseName } from '../../terminal-core/store/till-database.ts';
import { ForkWatch } from './fork-watch.ts';
import { keyOf } from './money-model.ts';
import { backendUrl } from './simulated-till.ts';
import type { Simulation } from './simulation.ts';
import type { TillDesk } from './till-desk.ts';

const seqSchema = z.int().nullable();
/** How long somebody waits for a till to be enrolled before they try again another time. */
const enrolMs = 5_000;

/** Somebody copies a till's data, while it runs or not. */
export function keepDisk(desk: TillDesk): void {
  const { observer, till } = desk;
  if (!observer) return;
  const database = till.running?.database ?? new Database(path.join(till.folder, databaseName));
  const seq = seqSchema.parse(database.prepare('SELECT max(seq) FROM journal').pluck().get()) ?? 0;
  desk.keptDisk = { assignmentId: observer.assignmentId, seq, bytes: database.serialize() };
  if (!till.running) database.close();
}

/**
 * Somebody puts the copy back (ingest rule 2): from then on the till does not know what it has forgotten, and its numbers are those
 * of others. Only where the backend has more than the copy: what nobody has heard of cannot be missed by anybody, and is on no list
 * of promises (docs/reliability.md).
 */
export function putDiskBack(simulation: Simulation, desk: TillDesk): void {
  const { till, keptDisk, observer } = desk;
  if (!keptDisk || !observer || till.running || keptDisk.assignmentId !== observer.assignmentId) return;
  const { assignmentId } = keptDisk;
  const heardSeq = simulation.books.seals.get(assignmentId)?.seq ?? 0;
  if (heardSeq <= keptDisk.seq) return;
  simulation.tally.fault('disk put back');
  const place = path.join(till.folder, databaseName);
  for (const suffix of ['-wal', '-shm']) rmSync(`${place}${suffix}`, { force: true });
  writeFileSync(place, keptDisk.bytes);
  giveUpAssignment(simulation, assignmentId);
  desk.forked(new ForkWatch(assignmentId, heardSeq));
}

/** What the books do not have of its transactions as it is, they will not be told: tags and books need not agree about those. */
function giveUpAssignment({ model, books }: Simulation, assignmentId: number): void {
  model.lost.add(assignmentId);
  for (const row of model.rows.values()) {
    if (row.assignmentId !== assignmentId) continue;
    if (books.known.get(keyOf(assignmentId, row.number))?.state !== row.state) model.misjudged.add(row.uid);
  }
}

/** R24, R25: a till that may not go on is given an empty disk and an assignment of its own. */
export async function enrolAnew(simulation: Simulation, desk: TillDesk): Promise<void> {
  if (desk.observer || desk.fork?.haltedCode === null) return;
  const { till } = desk;
  till.running?.end();
  await simulation.settle();
  simulation.tally.work('enrol anew');
  till.emptyDisk();
  desk.forgotten();
  simulation.startTill(desk);
  await simulation.settle();
  if (!till.running) return;
  const { life, operations } = till.running;
  life
    .guard(() => operations.enrol({ backendUrl, code: 'DEMO-FEST', terminalName: `Till ${till.index + 1}` }))
    ?.catch((error: unknown) => {
      if (life.isAlive) simulation.noteBroken(error);
    });
  await simulation.pass(enrolMs);
}
