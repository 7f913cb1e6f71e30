/** One line of the application's own log. */
interface LogLine {
  readonly at: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly [detail: string]: unknown;
}

const keptMax = 300;
let kept: LogLine[] = [];

/** The application's own log goes to standard error, one JSON object a line; secrets never come here. */
export function log(level: LogLine['level'], message: string, details: Record<string, unknown> = {}): void {
  const line = { at: new Date().toISOString(), program: 'window', level, message, ...details };
  kept = [...kept, line].slice(-keptMax);
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

/** The last lines, for the file that support gets. */
export function recentLog(): readonly LogLine[] {
  return kept;
}
