import { Command } from 'commander';
import { z } from 'zod';
import { enrolmentCodeAnswerSchema } from '../../contract/wire/admin.ts';
import { assignmentsAnswerSchema, terminalRowSchema, terminalsAnswerSchema } from '../../contract/wire/operator.ts';
import { type Answer, answered } from '../answer.ts';
import { editionNumberOf } from '../flag-values.ts';
import { type OperatorLink, operatorFlagsSchema, withOperator, withOperatorFlags } from '../operator.ts';
import type { RunCommand } from '../run-command.ts';
import { failedWith } from '../till-work.ts';

const ofEditionSchema = operatorFlagsSchema.extend({ edition: z.int() });
const codeSchema = ofEditionSchema.extend({ name: z.string().trim().min(1).max(120) });

type Assignment = z.infer<typeof assignmentsAnswerSchema>['assignments'][number];

/** `klink tills`: which tills sell for an edition, and the one-time codes with which they are enrolled (R24). */
export function tillsCommand(run: RunCommand): Command {
  return new Command('tills')
    .description('tills of an edition, and codes to enrol them')
    .addCommand(listCommand(run))
    .addCommand(codeCommand(run));
}

const ofEdition = (command: Command): Command =>
  withOperatorFlags(command).requiredOption('--edition <number>', 'number of the edition', editionNumberOf);

function listCommand(run: RunCommand): Command {
  return ofEdition(new Command('list'))
    .description('every till that was enrolled, and how far the backend has its journal')
    .action((options: unknown) =>
      run((report) => {
        const flags = ofEditionSchema.parse(options);
        return withOperator(flags, report, async (operator) => {
          const path = `/assignments?editionId=${flags.edition}`;
          const found = await operator.call('GET', path, assignmentsAnswerSchema);
          if (!found.ok) return failedWith(found.fault, report);
          const lines = found.result.assignments.map(lineOf);
          report.say('tills', found.result, lines.length === 0 ? 'No till is enrolled.' : lines.join('\n'));
          return 0;
        });
      }),
    );
}

function codeCommand(run: RunCommand): Command {
  return ofEdition(new Command('code'))
    .description('a code that enrols one till, once')
    .requiredOption('--name <name>', 'what the till is called: "Servery 1"')
    .action((options: unknown) =>
      run((report) => {
        const { edition: editionId, name: terminalName, ...flags } = codeSchema.parse(options);
        return withOperator(flags, report, async (operator) => {
          const terminalId = await terminalOf(operator, terminalName);
          if (!terminalId.ok) return failedWith(terminalId.fault, report);
          const path = `/terminals/${terminalId.result}/enrolment-codes`;
          const issued = await operator.call('POST', path, enrolmentCodeAnswerSchema, { editionId, terminalName });
          if (!issued.ok) return failedWith(issued.fault, report);
          const { code, expiresAt } = issued.result;
          const text = `${code} enrols ${terminalName}, once, until ${expiresAt}: klink enrol --backend ${flags.backend} --code ${code}`;
          report.say('tills', { ...issued.result, terminalName }, text);
          return 0;
        });
      }),
    );
}

/** A till that is enrolled anew is the same machine under its name. */
async function terminalOf(operator: OperatorLink, name: string): Promise<Answer<string>> {
  const known = await operator.call('GET', '/terminals', terminalsAnswerSchema);
  if (!known.ok) return known;
  const found = known.result.terminals.find((terminal) => terminal.name === name);
  if (found !== undefined) return answered(found.terminalId);
  const made = await operator.call('POST', '/terminals', terminalRowSchema, { name });
  return made.ok ? answered(made.result.terminalId) : made;
}

function lineOf({ assignmentId, terminalName, sealSeq, createdAt, revokedAt, closedAt }: Assignment): string {
  const standing = closedAt !== null ? `closed ${closedAt}` : revokedAt !== null ? `revoked ${revokedAt}` : 'open';
  return `${assignmentId}: ${terminalName}, since ${createdAt}, ${sealSeq} entries received, ${standing}`;
}
