import type { ExitCode } from './exit-code.ts';
import type { Report } from './report.ts';

/** What a command hands to the program: its work, which reports to whoever asked and gives the exit code. */
export type RunCommand = (work: (report: Report) => Promise<ExitCode>) => Promise<void>;
