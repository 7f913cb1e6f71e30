import { Command } from 'commander';
import { z } from 'zod';
import {
  type ConnectionRow,
  connectionDirections,
  connectionFindingsAnswerSchema,
  connectionRetryAnswerSchema,
  connectionRowSchema,
  connectionsAnswerSchema,
  creditManagers,
} from '../../contract/wire/connections.ts';
import { backendUrlOf, editionNumberOf, oneOf } from '../flag-values.ts';
import { operatorFlagsSchema, withOperator, withOperatorFlags } from '../operator.ts';
import type { Report } from '../report.ts';
import type { RunCommand } from '../run-command.ts';
import { failedWith } from '../till-work.ts';

const ofEditionSchema = operatorFlagsSchema.extend({ edition: z.int() });
const settingsSchema = ofEditionSchema.extend({
  address: z.string().optional(),
  audience: z.string().optional(),
  organisation: z.string().optional(),
  installation: z.string().optional(),
  direction: z.enum(connectionDirections).optional(),
  credits: z.enum(creditManagers).optional(),
});
const addFlagsSchema = settingsSchema.extend({
  slug: z.string(),
  namespace: z.string().optional(),
  since: z.iso.datetime().optional(),
});
const changeFlagsSchema = settingsSchema.extend({
  pause: z.boolean().default(false),
  resume: z.boolean().default(false),
});

/** `klink connector`: keeps an edition in step with a Trac installation, and shows how far it is (R132). */
export function connectorCommand(run: RunCommand): Command {
  return new Command('connector')
    .description('keep an edition in step with a Trac installation')
    .addCommand(statusCommand(run))
    .addCommand(addCommand(run))
    .addCommand(changeCommand(run))
    .addCommand(findingsCommand(run))
    .addCommand(nowCommand(run));
}

function statusCommand(run: RunCommand): Command {
  return withOperatorFlags(new Command('status'))
    .description('which editions are connected, and how far each is in step')
    .action((options: unknown) =>
      run((report) =>
        withOperator(operatorFlagsSchema.parse(options), report, async (operator) => {
          const found = await operator.call('GET', '/trac-connections', connectionsAnswerSchema);
          if (!found.ok) return failedWith(found.fault, report);
          tell(report, found.result.connections);
          return 0;
        }),
      ),
    );
}

function withSettings(command: Command): Command {
  return withOperatorFlags(command)
    .requiredOption('--edition <number>', 'number of the edition', editionNumberOf)
    .option('--address <url>', 'of the Trac installation', backendUrlOf)
    .option('--audience <url>', 'the aud of the tokens (default: the address)', backendUrlOf)
    .option('--organisation <id>', "the school's id over there")
    .option('--installation <id>', "this integration's id over there")
    .option('--direction <way>', connectionDirections.join(', '), oneOf(connectionDirections))
    .option('--credits <who>', 'who manages the credits: klink or trac', oneOf(creditManagers));
}

function addCommand(run: RunCommand): Command {
  return withSettings(new Command('add'))
    .description('connect an edition; shows the public key that the other side needs')
    .requiredOption('--slug <slug>', 'the app slug: iss of the tokens')
    .option('--namespace <name>', 'where this integration keeps what is its own (default: till)')
    .option('--since <time>', 'nothing older goes either way (default: now)')
    .action((options: unknown) =>
      run((report) => {
        const flags = addFlagsSchema.parse(options);
        const { address, organisation, installation, direction, credits, edition, slug, audience, namespace, since } =
          flags;
        if (address === undefined || organisation === undefined || direction === undefined || credits === undefined) {
          const message = 'a new connection needs --address, --organisation, --direction and --credits';
          return Promise.resolve(failedWith({ code: 'USAGE', message }, report));
        }
        // The other side gives the id for the key that this answer has.
        const request = { address, organisation, installationId: installation ?? 'pending', slug, direction, credits };
        return withOperator(flags, report, async (operator) => {
          const body = { ...request, ...given({ audience, namespace, since }) };
          const made = await operator.call('PUT', `/trac-connections/${edition}`, connectionRowSchema, body);
          if (!made.ok) return failedWith(made.fault, report);
          tell(report, [made.result]);
          report.note(`Public key for the other side:\n${made.result.publicKeyPem}`);
          return 0;
        });
      }),
    );
}

function changeCommand(run: RunCommand): Command {
  return withSettings(new Command('change'))
    .description('change where, which way, or whether at all')
    .option('--pause', 'let nothing go for a while; nothing is lost')
    .option('--resume', 'let it go again')
    .action((options: unknown) =>
      run((report) => {
        const flags = changeFlagsSchema.parse(options);
        const { address, organisation, installation, direction, credits, audience, pause, resume } = flags;
        if (pause && resume)
          return Promise.resolve(failedWith({ code: 'USAGE', message: '--pause or --resume, not both' }, report));
        const active = pause || resume ? resume : undefined;
        const change = given({
          address,
          organisation,
          installationId: installation,
          direction,
          credits,
          audience,
          active,
        });
        return withOperator(flags, report, async (operator) => {
          const path = `/trac-connections/${flags.edition}`;
          const changed = await operator.call('PATCH', path, connectionRowSchema, change);
          if (!changed.ok) return failedWith(changed.fault, report);
          tell(report, [changed.result]);
          return 0;
        });
      }),
    );
}

function findingsCommand(run: RunCommand): Command {
  return withOperatorFlags(new Command('findings'))
    .description('what did not go over, and why')
    .requiredOption('--edition <number>', 'number of the edition', editionNumberOf)
    .action((options: unknown) =>
      run((report) => {
        const flags = ofEditionSchema.parse(options);
        return withOperator(flags, report, async (operator) => {
          const path = `/trac-connections/${flags.edition}/findings`;
          const found = await operator.call('GET', path, connectionFindingsAnswerSchema);
          if (!found.ok) return failedWith(found.fault, report);
          const lines = found.result.findings.map(
            ({ kind, at, type, amountMinor, reason, remoteTransactionId, backendTransactionId }) =>
              `${at} ${kind} ${type} ${amountMinor} (here ${backendTransactionId ?? '–'}, there ${remoteTransactionId ?? '–'}): ${reason}`,
          );
          report.say('connections', found.result, lines.length === 0 ? 'Nothing is amiss.' : lines.join('\n'));
          return 0;
        });
      }),
    );
}

function nowCommand(run: RunCommand): Command {
  return withOperatorFlags(new Command('now'))
    .description('do not wait for the next round; what was refused is sent again')
    .requiredOption('--edition <number>', 'number of the edition', editionNumberOf)
    .action((options: unknown) =>
      run((report) => {
        const flags = ofEditionSchema.parse(options);
        return withOperator(flags, report, async (operator) => {
          const path = `/trac-connections/${flags.edition}/rounds`;
          const asked = await operator.call('POST', path, connectionRetryAnswerSchema, {});
          if (!asked.ok) return failedWith(asked.fault, report);
          const { retried } = asked.result;
          report.say(
            'connections',
            asked.result,
            `A round begins within seconds; ${retried} refused ones are sent again.`,
          );
          return 0;
        });
      }),
    );
}

/** Without what was not said. */
function given(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function tell(report: Report, connections: readonly ConnectionRow[]): void {
  const texts = connections.map((connection) => linesOf(connection).join('\n   '));
  report.say('connections', { connections }, texts.length === 0 ? 'No edition is connected.' : texts.join('\n'));
}

function linesOf({ standing, fault, ...connection }: ConnectionRow): readonly string[] {
  const { pull, push, differences } = standing;
  const { editionId, address, organisation, direction, credits, active, nextRoundAt } = connection;
  const lines = [
    `Edition ${editionId}: ${direction} ${address} (${organisation}), credits by ${credits}${active ? '' : ', paused'}`,
  ];
  if (direction !== 'push')
    lines.push(
      `from there: known until ${pull.until ?? 'never'}${pull.lagSeconds === null ? '' : `, ${pull.lagSeconds} s ago`}`,
    );
  if (direction !== 'pull') lines.push(`to there: ${push.pending} pending, the oldest ${push.lagSeconds} s old`);
  const amiss = `${pull.refused} not received, ${push.refused} not sent, ${push.doubtful} in doubt, ${differences} differences`;
  lines.push(`${amiss}, ${pull.unprocessed} not processed there yet`, `next round ${nextRoundAt}`);
  if (fault !== null)
    lines.push(`out of step since ${fault.since}: ${fault.code}, ${fault.detail} (${fault.rounds} rounds)`);
  return lines;
}
