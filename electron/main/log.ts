/** The application's own log goes to standard error, one JSON object a line; secrets never come here. */
export function log(level: 'info' | 'warn' | 'error', message: string, details: Record<string, unknown> = {}): void {
  process.stderr.write(
    `${JSON.stringify({ at: new Date().toISOString(), program: 'window', level, message, ...details })}\n`,
  );
}
