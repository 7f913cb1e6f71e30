import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { z } from 'zod';
import { journalEntrySchema } from '../../contract/wire/journal.ts';
import type { Till } from '../composer.ts';
import type { ExitCode } from '../exit-code.ts';
import { tillFlagsSchema, withDataFlags } from '../flags.ts';
import type { Report } from '../report.ts';
import type { RunCommand } from '../run-command.ts';
import { failedWith, withTill } from '../till-work.ts';

const exportFlagsSchema = tillFlagsSchema.extend({ file: z.string().min(1).optional() });

/** `klink export`: the whole journal, one entry a line, for support and for a journal the backend calls forked. */
export function exportCommand(run: RunCommand): Command {
  return withDataFlags(new Command('export'))
    .description('write the whole journal, one JSON object a line; it holds no secret')
    .option('--file <file>', 'where to (default: standard output)')
    .action((options: unknown) =>
      run((report) => {
        const flags = exportFlagsSchema.parse(options);
        const { file, json } = flags;
        return withTill(flags, report, (till) =>
          file === undefined ? exportToOutput(till, report, json) : exportToFile(till, report, resolve(file)),
        );
      }),
    );
}

async function exportToFile(till: Till, report: Report, file: string): Promise<ExitCode> {
  const exported = await till.call('exportJournal', { file });
  if (!exported.ok) return failedWith(exported.fault, report);
  const { entryCount } = exported.result;
  report.say('exported', { entryCount, file }, `Exported ${entryCount} entries to ${file}.`);
  return 0;
}

/** With `--json` every line of standard output is a step, so each entry comes as the detail of one. */
async function exportToOutput(till: Till, report: Report, json: boolean): Promise<ExitCode> {
  const folder = await mkdtemp(join(tmpdir(), 'klink-export-'));
  try {
    const file = join(folder, 'journal.jsonl');
    const exported = await till.call('exportJournal', { file });
    if (!exported.ok) return failedWith(exported.fault, report);
    for await (const line of createInterface({ input: createReadStream(file) })) {
      report.say('exported', json ? { entry: journalEntrySchema.parse(JSON.parse(line)) } : {}, line);
    }
    report.note(`Exported ${exported.result.entryCount} entries.`);
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
