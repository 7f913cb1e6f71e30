import { Command } from 'commander';
import { z } from 'zod';
import { portOf, proxyOf } from '../flag-values.ts';
import { backendFolder, jsonFlag } from '../flags.ts';
import type { Report } from '../report.ts';
import type { RunCommand } from '../run-command.ts';
import { failedWith } from '../till-work.ts';

const backendFlagsSchema = z.object({
  data: z.string().min(1).optional(),
  demo: z.boolean().default(false),
  port: z.int().optional(),
  trustProxy: z.array(z.string()).default([]),
});

const environmentText = `
DATABASE_URL, if set, names the PostgreSQL (15 or newer) to use instead of its own.
KLINK_ADMIN_PASSWORD, if set, becomes the operator's password at the first start; else a random one is shown once.
KLINK_TRAC_AUDIENCE, if set, is what the tokens of integrations have to carry as aud; else Trac's host.`;

/**
 * `klink backend`: runs a backend until SIGINT or SIGTERM, on a PostgreSQL of its own or on `DATABASE_URL`. Any number of
 * them may run on one `DATABASE_URL`.
 */
export function backendCommand(run: RunCommand): Command {
  return new Command('backend')
    .description('run a backend on this machine until it is stopped (Ctrl-C)')
    .option('--port <number>', '0 takes a free one (default: 7480)', portOf)
    .option('--data <dir>', 'the folder of its database (default: the folder "klink/backend" of your user data)')
    .option('--demo', 'with a demo festival and a demo canteen, and codes that work any number of times')
    .option(
      '--trust-proxy <address>',
      'a proxy in front, or its network like 10.0.0.0/8, that says in X-Forwarded-For who asks; may be repeated',
      proxyOf,
    )
    .option(...jsonFlag)
    .addHelpText('after', environmentText)
    .action((options: unknown) =>
      run(async (report) => {
        const flags = backendFlagsSchema.parse(options);
        const stopped = untilStopped();
        const { defaultPort, startBackend } = await import('../../backend-mock/main.ts');
        const started = await startBackend({
          port: flags.port ?? defaultPort,
          dataFolder: backendFolder(flags),
          demo: flags.demo,
          trustProxy: flags.trustProxy,
          ...fromEnvironment(),
        }).catch((error: unknown) => reasonOf(error));
        if (typeof started === 'string') return failedWith({ code: 'BACKEND_FAULT', message: started }, report);
        sayStarted(report, started.address, flags.demo);
        await stopped;
        await started.close();
        return 0;
      }),
    );
}

/** What must not stand on a command line, where every user of the machine can read it. */
function fromEnvironment(): { databaseUrl?: string; adminPassword?: string; tracAudience?: string } {
  const databaseUrl = process.env['DATABASE_URL'];
  const adminPassword = process.env['KLINK_ADMIN_PASSWORD'];
  const tracAudience = process.env['KLINK_TRAC_AUDIENCE'];
  return {
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    ...(adminPassword === undefined ? {} : { adminPassword }),
    ...(tracAudience === undefined ? {} : { tracAudience }),
  };
}

function sayStarted(report: Report, address: string, demo: boolean): void {
  const codes = demo ? '\nDemo: enrol with the code DEMO-FEST or DEMO-CANTEEN; the operator password is "demo".' : '';
  report.say('backendStarted', { address, demo }, `The backend listens on ${address} (Ctrl-C stops it).${codes}`);
}

/** Listens before the backend starts, so that a stop during the start is not lost; a second signal changes nothing. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

function reasonOf(error: unknown): string {
  return `the backend cannot start: ${error instanceof Error ? error.message : String(error)}`;
}
