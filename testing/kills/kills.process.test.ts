/**
 * Goal: a till whose till host or reader host is killed at any moment of any kind of transaction knows afterwards what
 * happened, or says that it does not; requirements 3.2 hold row by row, and tag, till and ledger agree to the cent once the
 * tag is shown (R33–R36, Q51).
 * Method: SIGKILL of the real hosts over the real PC/SC service with an emulated tag: while one APDU is held on the reader,
 * before the tag has done it and after; at a commit, by strace; and while a request
 * to the backend is held on the line. Each kill has a till, an enrolment and a tag of its own,
 * several at a time; all of them replicate to one real backend, whose books have to be coherent at the end.
 * `KLINK_KILLS=full` takes every commit and every APDU of every kind; without it the ones that say most.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { killRow, type RowReport } from './kill-row.ts';
import { demoCodes, KillingWorld } from './killing-world.ts';
import type { Kind } from './kind.ts';
import { kinds } from './kinds.ts';
import { allPositions, courseOf, describePosition, fewPositions, type Position } from './positions.ts';

const isFull = process.env['KLINK_KILLS'] === 'full';
/** A row is mostly waiting for the service to notice a tag: more of them at a time than there are processors. */
const readerCount = 6;
const kindTimeoutMs = isFull ? 7_200_000 : 300_000;

let world: KillingWorld;
const kills = new Map<string, number>();

beforeAll(async () => {
  world = await KillingWorld.start(readerCount);
});

afterAll(() => world.close());

function killAt(kind: Kind, position: Position): Promise<RowReport> {
  return world.readers
    .using((reader) => killRow(world, kind, reader, position))
    .catch((error: unknown) => ({ complaints: [String(error)], rules: [], wasKilled: false }));
}

async function killEverywhere(kind: Kind) {
  const course = await world.readers.using((reader) => courseOf(world, kind, reader));
  expect({ kind: kind.name, commits: course.commitCount }).toEqual({ kind: kind.name, commits: kind.commitCount });
  const positions = isFull
    ? allPositions(course)
    : fewPositions(course, kind.name === 'purchase' ? null : kinds.indexOf(kind));
  const reports = await Promise.all(
    positions.map(async (position) => ({ position, ...(await killAt(kind, position)) })),
  );
  const killCount = reports.filter(({ wasKilled }) => wasKilled).length;
  kills.set(kind.name, killCount);
  const rules = countEach(reports.flatMap((report) => report.rules));
  console.log(
    `${kind.name}: ${course.apdus.length} APDUs, ${course.commitCount} commits, ${course.requestCount} requests, ${killCount} kills; ${rules}`,
  );
  return reports
    .filter(({ complaints }) => complaints.length > 0)
    .map(({ position, complaints }) => `${describePosition(position)}: ${complaints.join('; ')}`);
}

function countEach(rules: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const rule of rules) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return [...counts].map(([rule, count]) => `${count} × ${rule}`).join(', ');
}

describe.concurrent('killed', () => {
  test.each(kinds)(
    'R33–R36: $name: it ends as requirements 3.2 say, and tag, till and ledger agree',
    async (kind) => {
      expect(await killEverywhere(kind)).toEqual([]);
    },
    kindTimeoutMs,
  );
});

describe('after all of it', () => {
  test.each(demoCodes)('R46: %s has coherent books, and no number is missing', async (code) => {
    const coherence = await world.backend.coherence(world.editionId(code));
    expect(coherence).toMatchObject({ findings: 0, sumMinor: 0, tagDifferences: [], numberGaps: [] });
  });

  test('every kind was killed', () => {
    const total = [...kills.values()].reduce((sum, count) => sum + count, 0);
    console.log(`killed ${total} times: ${[...kills].map(([name, count]) => `${name} ${count}`).join(', ')}`);
    expect([...kills.keys()].sort()).toEqual(kinds.map(({ name }) => name).sort());
  });
});
