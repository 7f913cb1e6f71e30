import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { tillFlagsSchema, withDataFlags, workingFolder } from '../flags.ts';
import type { RunCommand } from '../run-command.ts';
import { failedWith } from '../till-work.ts';

/** `klink export-support FILE`: everything that helps support in one file without a secret; works while another process sells. */
export function exportSupportCommand(run: RunCommand): Command {
  return withDataFlags(new Command('export-support'))
    .description('write everything that helps support into one file (JSON lines, gzip); it holds no secret')
    .argument('<file>', 'where to, for example klink-support.jsonl.gz')
    .action((file: unknown, options: unknown) =>
      run(async (report) => {
        const dataFolder = workingFolder(tillFlagsSchema.parse(options));
        const target = resolve(z.string().min(1).parse(file));
        const { exportForSupport } = await import('../../terminal-core/main/diagnose.ts');
        const facts = { program: 'klink', arguments: ['export-support'] };
        const exported = await exportForSupport(dataFolder, target, facts, () => undefined);
        if (!exported.ok) return failedWith(exported.fault, report);
        const sizeBytes = exported.value;
        report.say('supportExported', { file: target, sizeBytes }, `Exported ${sizeBytes} bytes to ${target}.`);
        return 0;
      }),
    );
}
