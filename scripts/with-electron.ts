// node scripts/with-electron.ts COMMAND …: runs a command in the environment of the Electron that was found.
import { spawn } from 'node:child_process';
import { electronEnvironment, findElectron, withScreen } from './electron-runtime.ts';

const command = process.argv.slice(2);
if (command.length === 0) {
  console.error('usage: node scripts/with-electron.ts COMMAND [ARGUMENTS]');
  process.exit(2);
}
const runtime = await findElectron({ retry: false, log: console.error });
const [program = '', ...programArguments] = withScreen(command, console.error);
const child = spawn(program, programArguments, {
  stdio: 'inherit',
  env: electronEnvironment(runtime),
  shell: process.platform === 'win32',
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`${program} cannot be started: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code) => process.exit(code ?? 1));
