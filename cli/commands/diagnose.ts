import { Command } from 'commander';
import { z } from 'zod';
import type { DiskFacts } from '../../contract/ipc/diagnostics.ts';
import type { TillStatus } from '../../contract/ipc/operations.ts';
import type { CheckFinding } from '../../contract/ipc/support.ts';
import { tillFlagsSchema, withDataFlags, workingFolder } from '../flags.ts';
import { lookAtReader, type ReaderLook } from '../reader-look.ts';
import type { RunCommand } from '../run-command.ts';
import { statusText } from '../status-text.ts';
import { failedWith } from '../till-work.ts';

const diagnoseFlagsSchema = tillFlagsSchema.extend({ pcsc: z.boolean().default(false) });

/** `klink diagnose`: versions, disk, and a check of the whole database; works while another process sells. */
export function diagnoseCommand(run: RunCommand): Command {
  return withDataFlags(new Command('diagnose'))
    .description('check the database of this till and show its versions; works while another process uses it')
    .option('--pcsc', 'look at the PC/SC reader too, and at what lies on it')
    .option('--reader-name <text>', 'part of the name of the PC/SC reader (default: the first one)')
    .action((options: unknown) =>
      run(async (report) => {
        const flags = diagnoseFlagsSchema.parse(options);
        const dataFolder = workingFolder(flags);
        const { checkTill, describeCard, readDiskFacts } = await import('../../terminal-core/main/diagnose.ts');
        const { readTillStatus } = await import('../../terminal-core/main/read-till.ts');
        const status = readTillStatus(dataFolder);
        if (!status.ok) return failedWith(status.fault, report);
        const disk = readDiskFacts(dataFolder);
        if (!disk.ok) return failedWith(disk.fault, report);
        const findings = await checkTill(dataFolder, () => undefined);
        if (!findings.ok) return failedWith(findings.fault, report);
        const look = flags.pcsc ? await lookAtReader(dataFolder, flags.readerName ?? null) : null;
        const card = look?.atr ? describeCard(look.atr) : null;
        const reader = look && { ...look.state, card };
        const details = { status: status.value, disk: disk.value, findings: findings.value, reader };
        const text = diagnosisText(status.value, disk.value, findings.value, dataFolder);
        report.say('diagnosed', details, flags.pcsc ? `${text}\n${readerText(look, card)}` : text);
        if (findings.value.length === 0) return 0;
        const message = `The database is damaged: ${findings.value.length} findings. Export it for support and enrol the till again.`;
        return failedWith({ code: 'DATABASE_CORRUPT', message }, report);
      }),
    );
}

function readerText(look: ReaderLook | null, card: string | null): string {
  if (look === null) return 'Reader       its process ended at once';
  const { state, readerName, detail } = look.state;
  const words = [state, readerName, detail].filter((word) => word !== null).join(', ');
  return `Reader       ${words}\nOn it        ${card ?? 'nothing'}`;
}

function diagnosisText(
  status: TillStatus,
  { versions, database, disk }: DiskFacts,
  findings: readonly CheckFinding[],
  dataFolder: string,
): string {
  const rows = [
    ['Klink', `${versions.klink}, schema ${versions.schema}`],
    ['Runs on', `Node ${versions.node}, SQLite ${versions.sqlite}, ${versions.system}`],
    ['PC/SC', versions.pcsc ?? 'not installed'],
    ['Database', `${megabytes(database.sizeBytes)}, not copied back ${megabytes(database.walBytes)}`],
    ['Disk', disk === null ? 'unknown' : `${megabytes(disk.freeBytes)} free of ${megabytes(disk.totalBytes)}`],
    ['Check', findings.length === 0 ? 'nothing wrong: structure, references, journal, numbers' : ''],
    ...findings.map(({ part, detail }) => ['', `${part}: ${detail}`]),
  ];
  const lines = rows.map(([name = '', value = '']) => `${name.padEnd(13)}${value}`);
  return [statusText(status, dataFolder), ...lines].join('\n');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
