/**
 * Goal: a till killed at any moment of a purchase knows afterwards what happened, or says that it does not (R33–R36,
 * requirements 3.2), and never writes a tag to find out.
 * Method: SIGKILL of the real till host while one APDU of a purchase is held on the reader, for every APDU, once before the
 * tag has done it and once after; and SIGKILL by strace at every fsync of a purchase, which are the commits. Each row is a
 * copy of the till and of the tag. Then the next start cleans up: first without the tag, then with it.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Step } from '../contract/ipc/step.ts';
import { type ChargedTag, chargeTag } from './klink/charged-tag.ts';
import { childRunning } from './klink/child-processes.ts';
import { type DemoBackend, startDemoBackend } from './klink/demo-backend.ts';
import { inParallel } from './klink/rows-in-parallel.ts';
import { type KlinkRun, startKlink } from './klink/run-klink.ts';
import { succeeded, type TillOnReader } from './klink/till-on-reader.ts';
import { startVirtualReader, type VirtualReader, type VirtualTag } from './virtual-reader/virtual-reader.ts';

const workerCount = 3;
const rowsTimeoutMs = 400_000;
const purchase = ['--amount', '55.00', '--timeout', '20'] as const;

describe('a purchase whose till is killed', () => {
  let backend: DemoBackend;
  let readers: readonly VirtualReader[];
  let charged: ChargedTag;

  beforeAll(async () => {
    const starting = Array.from({ length: workerCount }, () => startVirtualReader());
    [backend, ...readers] = await Promise.all([startDemoBackend(), ...starting]);
    charged = await chargeTag(backend, firstReader(), '04A1B2C3D4E5F6');
  });

  afterAll(async () => {
    charged.till.folder.remove();
    await Promise.all(readers.map((reader) => reader.close()));
    await backend.close();
  });

  function firstReader(): VirtualReader {
    const [reader] = readers;
    if (reader === undefined) throw new Error('no reader was started');
    return reader;
  }

  /** For each APDU of an undisturbed purchase, whether it writes. */
  async function apdusOfPurchase(): Promise<readonly boolean[]> {
    const reader = firstReader();
    const till = charged.copyFor(reader);
    const before = (await reader.apdus()).length;
    await reader.insert(await charged.tagFor(reader));
    succeeded(await till.run('sell', ...purchase));
    await reader.remove();
    till.folder.remove();
    return (await reader.apdus()).slice(before).map(({ isWrite }) => isWrite);
  }

  async function balanceOn(reader: VirtualReader, tag: VirtualTag): Promise<number | undefined> {
    return charged.witness(await reader.memory(tag))?.balanceMinor;
  }

  /** What the next starts make of it: without the tag, then with it; and that nothing of that writes to the tag. */
  async function cleanUp(till: TillOnReader, reader: VirtualReader, tag: VirtualTag) {
    const memory = await reader.memory(tag);
    const without = await till.run('cleanup');
    const status = succeeded(await till.run('status')).steps.at(-1)?.details;
    await reader.insert(tag);
    const withTag = await till.run('cleanup', '--timeout', '20');
    const balanceMinor = await balanceOn(reader, tag);
    const isUntouched = Buffer.from(memory).equals(Buffer.from(await reader.memory(tag)));
    const end = lastState(withTag.steps) ?? lastState(without.steps) ?? (await stateInJournal(till));
    return {
      exitWithout: without.exitCode,
      stateWithout: lastState(without.steps),
      unfinished: status?.['unfinishedCount'],
      exitWith: withTag.exitCode,
      end,
      balanceMinor,
      isUntouched,
    };
  }

  /** Requirements 3.2 in what can be seen from outside. */
  function complaintsAbout(found: Awaited<ReturnType<typeof cleanUp>>, mayBeUnknown: boolean): readonly string[] {
    const { exitWithout, stateWithout, unfinished, exitWith, end, balanceMinor, isUntouched } = found;
    const isUnknown = exitWithout === 4;
    const rules: readonly [string, boolean][] = [
      ['the cleanup writes no tag', isUntouched],
      ['nothing is left in Open or TerminalConfirmStarted', unfinished === 0],
      ['without the tag it is 4 where unknown, else 0', isUnknown || exitWithout === 0],
      ['unknown only once a write may have begun', mayBeUnknown || !isUnknown],
      ['4 means TerminalConfirmUnknown', isUnknown === (stateWithout === 'TerminalConfirmUnknown')],
      ['with the tag nothing is unknown any more', exitWith === 0],
      ['a new image is Committed', balanceMinor !== 4_000 || end === 'Committed'],
      ['an old image is Aborted, or was never drawn', balanceMinor !== 9_500 || end === 'Aborted' || end === undefined],
      ['the tag holds the old or the new image', balanceMinor === 4_000 || balanceMinor === 9_500],
    ];
    return rules.flatMap(([rule, holds]) => (holds ? [] : [rule]));
  }

  test(
    'R33–R36: killed while any APDU is under way, it ends as requirements 3.2 say',
    async () => {
      const apdus = await apdusOfPurchase();
      const firstWrite = apdus.indexOf(true) + 1;
      // Whether a read was done makes no difference to anybody; whether a write was done is the whole question.
      const rows = apdus.flatMap((isWrite, at) =>
        (isWrite ? [false, true] : [true]).map((isDone) => ({ apduNumber: at + 1, isDone })),
      );
      const wrong: string[] = [];
      const ends = new Map<string, number>();
      await inParallel(readers, rows, async (reader, row) => {
        const till = charged.copyFor(reader);
        const tag = await charged.tagFor(reader);
        await reader.plan({ kind: 'hold', counted: { of: 'apdus', number: row.apduNumber }, isDone: row.isDone });
        const selling = till.start('sell', ...purchase);
        await selling.step('that it waits', ({ event }) => event === 'waitingForTag');
        await reader.insert(tag);
        await reader.held();
        kill(childRunning(selling.pid, 'till-host'));
        const killed = await selling.ended;
        await reader.remove();
        const found = await cleanUp(till, reader, tag);
        // The images are durable before the UID is read once more, which is the APDU before the first write.
        const complaints = complaintsAbout(found, row.apduNumber >= firstWrite - 1);
        if (killed.exitCode !== 5 || complaints.length > 0) {
          wrong.push(
            `APDU ${row.apduNumber}, ${row.isDone ? 'done' : 'not done'}: ${complaints.join('; ')} ${JSON.stringify(found)} ${killed.stdout}`,
          );
        }
        const end = `${found.exitWithout} → ${found.end ?? 'none'}`;
        ends.set(end, (ends.get(end) ?? 0) + 1);
        await reader.remove();
        till.folder.remove();
      });
      console.log(
        `killed at ${rows.length} positions: ${[...ends].map(([end, count]) => `${count} × ${end}`).join(', ')}`,
      );
      expect(wrong).toEqual([]);
      expect([...ends.keys()]).toEqual(expect.arrayContaining(['4 → Aborted', '4 → Committed', '0 → none']));
    },
    rowsTimeoutMs,
  );

  test(
    'R33–R36: killed at any commit, it ends as requirements 3.2 say',
    async () => {
      const wrong: string[] = [];
      const ends: string[] = [];
      // Until a purchase gets through: then every commit has been a place to die at.
      for (let fsyncNumber = 1, survived = false; !survived; fsyncNumber += 1) {
        const reader = firstReader();
        const till = charged.copyFor(reader);
        const tag = await charged.tagFor(reader);
        await reader.insert(tag);
        const sold = await sellKilledAtFsync(till, reader, fsyncNumber);
        survived = sold.exitCode === 0;
        await reader.remove();
        const found = await cleanUp(till, reader, tag);
        const complaints = complaintsAbout(found, true);
        // What klink has once called Committed stays so.
        const saidCommitted = lastState(sold.steps) === 'Committed';
        if (complaints.length > 0 || (saidCommitted && found.end !== 'Committed')) {
          wrong.push(`fsync ${fsyncNumber}: ${complaints.join('; ')} ${JSON.stringify(found)} ${sold.stdout}`);
        }
        ends.push(`${sold.exitCode} → ${found.end ?? 'none'}`);
        await reader.remove();
        till.folder.remove();
        if (fsyncNumber > 40) throw new Error('a purchase needs more than 40 fsyncs');
      }
      console.log(`killed at ${ends.length - 1} fsyncs: ${ends.join(', ')}`);
      expect(wrong).toEqual([]);
      // Opening, three commits, closing: fewer places than three would mean that nothing was hit.
      expect(ends.length).toBeGreaterThan(3);
    },
    rowsTimeoutMs,
  );
});

/** A purchase in which whichever process makes its n-th fsync is killed by it; only the till host makes any. */
function sellKilledAtFsync(till: TillOnReader, reader: VirtualReader, fsyncNumber: number): Promise<KlinkRun> {
  const inject = `inject=fsync,fdatasync:signal=SIGKILL:when=${fsyncNumber}`;
  const wrapper = ['strace', '-f', '-q', '-o', '/dev/null', '-e', 'trace=fsync,fdatasync', '-e', inject];
  return startKlink(['sell', ...purchase, '--reader', 'pcsc', '--data', till.folder.place], {
    env: reader.env,
    wrapper,
  }).ended;
}

const journalledSchema = z.object({
  kind: z.literal('transaction'),
  payload: z.object({ terminalTransactionNumber: z.literal(2), state: z.string() }),
});

/** What the journal says last of the sale; it may have been complete before the kill. */
async function stateInJournal(till: TillOnReader): Promise<string | undefined> {
  const { steps } = succeeded(await till.run('export'));
  return steps.map(({ details }) => journalledSchema.safeParse(details?.['entry'])).findLast(({ success }) => success)
    ?.data?.payload.state;
}

function kill(pid: number | null): void {
  if (pid === null) throw new Error('the till host is not to be found');
  process.kill(pid, 'SIGKILL');
}

/** The last state a step told of the sale (number 2: the top-up was 1). */
function lastState(steps: readonly Step[]): string | undefined {
  return steps.findLast(({ transaction }) => transaction?.terminalTransactionNumber === 2)?.transaction?.state;
}
