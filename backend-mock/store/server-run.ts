import { spawn } from 'node:child_process';
import type { ServerUser } from './server-user.ts';

/** How a program ended, with the last of what it said. */
export type Ended = { code: number; output: string };

const outputCharactersMax = 8_000;

/** Runs a server program to its end; in a session of its own, so that Ctrl-C in a terminal does not reach the server. */
export async function runProgram(file: string, user: ServerUser, parameters: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, parameters, {
      ...user,
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output = `${output}${chunk.toString('utf8')}`.slice(-outputCharactersMax);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    // `exit`, not `close`: the server that pg_ctl starts may keep the pipes open.
    child.on('exit', (code) => resolve({ code: code ?? -1, output }));
  });
}
