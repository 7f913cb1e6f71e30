/**
 * Goal: whoever works on the command line with a till that was killed learns from `klink`, and from the numbers it ends with,
 * what happened, or that it is not known (R33–R36, requirements 3.2); also where the till was killed while it started or
 * ended.
 * Method: a whole `klink sell` under strace, which sends SIGKILL at every fsync in turn, which are the commits. Each row is a
 * copy of the till and of the tag. Then `klink cleanup`: first without the tag, then with it. Every kind of transaction, every
 * APDU and the reader host are in kills/.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Step } from '../contract/ipc/step.ts';
import { type ChargedTag, chargeTag } from './klink/charged-tag.ts';
import { type DemoBackend, startDemoBackend } from './klink/demo-backend.ts';
import { type KlinkRun, startKlink } from './klink/run-klink.ts';
import { succeeded, type TillOnReader } from './klink/till-on-reader.ts';
import { startVirtualReader, type VirtualReader, type VirtualTag } from './virtual-reader/virtual-reader.ts';

const rowsTimeoutMs = 400_000;
const purchase = ['--amount', '55.00', '--timeout', '20'] as const;

describe('a purchase whose till is killed', () => {
  let backend: DemoBackend;
  let reader: VirtualReader;
  let charged: ChargedTag;

  beforeAll(async () => {
    [backend, reader] = await Promise.all([startDemoBackend(), startVirtualReader()]);
    charged = await chargeTag(backend, reader, '04A1B2C3D4E5F6');
  });

  afterAll(async () => {
    charged.till.folder.remove();
    await reader.close();
    await backend.close();
  });

  async function balanceOn(tag: VirtualTag): Promise<number | undefined> {
    return charged.witness(await reader.memory(tag))?.balanceMinor;
  }

  /** What the next starts make of it: without the tag, then with it; and that nothing of that writes to the tag. */
  async function cleanUp(till: TillOnReader, tag: VirtualTag) {
    const memory = await reader.memory(tag);
    const without = await till.run('cleanup');
    const status = succeeded(await till.run('status')).steps.at(-1)?.details;
    await reader.insert(tag);
    const withTag = await till.run('cleanup', '--timeout', '20');
    const balanceMinor = await balanceOn(tag);
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
  function complaintsAbout(found: Awaited<ReturnType<typeof cleanUp>>): readonly string[] {
    const { exitWithout, stateWithout, unfinished, exitWith, end, balanceMinor, isUntouched } = found;
    const isUnknown = exitWithout === 4;
    const rules: readonly [string, boolean][] = [
      ['the cleanup writes no tag', isUntouched],
      ['nothing is left in Open or TerminalConfirmStarted', unfinished === 0],
      ['without the tag it is 4 where unknown, else 0', isUnknown || exitWithout === 0],
      ['4 means TerminalConfirmUnknown', isUnknown === (stateWithout === 'TerminalConfirmUnknown')],
      ['with the tag nothing is unknown any more', exitWith === 0],
      ['a new image is Committed', balanceMinor !== 4_000 || end === 'Committed'],
      ['an old image is Aborted, or was never drawn', balanceMinor !== 9_500 || end === 'Aborted' || end === undefined],
      ['the tag holds the old or the new image', balanceMinor === 4_000 || balanceMinor === 9_500],
    ];
    return rules.flatMap(([rule, holds]) => (holds ? [] : [rule]));
  }

  test(
    'R33–R36: killed at any commit, it ends as requirements 3.2 say',
    async () => {
      const wrong: string[] = [];
      const ends: string[] = [];
      // Until a purchase gets through: then every commit has been a place to die at.
      for (let fsyncNumber = 1, survived = false; !survived; fsyncNumber += 1) {
        const till = charged.copyFor(reader);
        const tag = await charged.tagFor(reader);
        await reader.insert(tag);
        const sold = await sellKilledAtFsync(till, reader, fsyncNumber);
        survived = sold.exitCode === 0;
        await reader.remove();
        const found = await cleanUp(till, tag);
        const complaints = complaintsAbout(found);
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
      expect(ends).toEqual(expect.arrayContaining(['5 → none', '5 → Aborted', '5 → Committed']));
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

/** The last state a step told of the sale (number 2: the top-up was 1). */
function lastState(steps: readonly Step[]): string | undefined {
  return steps.findLast(({ transaction }) => transaction?.terminalTransactionNumber === 2)?.transaction?.state;
}
