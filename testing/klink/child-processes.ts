import fs from 'node:fs';

/**
 * The process below `parentPid` whose command line names `file`; null while or after there is none.
 * @param setting of its environment, e.g. `NAME=value`, where there are several
 */
export function childRunning(parentPid: number, file: string, setting: string | null = null): number | null {
  for (const pid of childrenOf(parentPid)) {
    const isMeant = setting === null || environmentOf(pid).includes(setting);
    if (isMeant && commandLineOf(pid).includes(file)) return pid;
  }
  return null;
}

export function isRunning(pid: number): boolean {
  return fs.existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readOrEmpty(`/proc/${pid}/status`));
}

function childrenOf(pid: number): readonly number[] {
  const tasks = fs.existsSync(`/proc/${pid}/task`) ? fs.readdirSync(`/proc/${pid}/task`) : [];
  return tasks
    .flatMap((task) => readOrEmpty(`/proc/${pid}/task/${task}/children`).trim().split(/\s+/))
    .filter((child) => child !== '')
    .map(Number);
}

function commandLineOf(pid: number): string {
  return readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

function environmentOf(pid: number): readonly string[] {
  return readOrEmpty(`/proc/${pid}/environ`).split('\0');
}

/** A process may end between being listed and being read. */
function readOrEmpty(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
