#!/usr/bin/env node
import { runKlink } from './program.ts';

// A reader of our output that goes away (`klink … | head`) must not end a sale in the middle.
process.stdout.on('error', ignoreClosedPipe);
process.stderr.on('error', ignoreClosedPipe);

process.exitCode = await runKlink(process.argv.slice(2), { out: process.stdout, error: process.stderr });

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
