import { Command } from 'commander';
import { z } from 'zod';
import { memberCreatedSchema, memberRowSchema } from '../../contract/wire/admin-members.ts';
import { allergenListSchema, allergens } from '../../contract/wire/allergens.ts';
import { memberTypes } from '../../contract/wire/canteen.ts';
import { statementReportSchema } from '../../contract/wire/canteen-reports.ts';
import { parseAmountOrZero } from '../amount.ts';
import { type Answer, answered, faulted } from '../answer.ts';
import type { ExitCode } from '../exit-code.ts';
import { amountTextOf, editionNumberOf, oneOf, tagUidOf } from '../flag-values.ts';
import { currencyOf, findMember, listMembers, readMember } from '../member-lookup.ts';
import { memberLine, memberText } from '../member-text.ts';
import { type OperatorLink, operatorFlagsSchema, withOperator, withOperatorFlags } from '../operator.ts';
import type { Report } from '../report.ts';
import type { RunCommand } from '../run-command.ts';
import { statementText } from '../statement-text.ts';
import { failedWith } from '../till-work.ts';
import { membersFromFileCommand } from './members-from-file.ts';
import { asksForDays, daysQuery, daysSchema, giveOut } from './report.ts';

const ofEditionSchema = operatorFlagsSchema.extend({ edition: z.int() });
const factsSchema = ofEditionSchema.extend({
  name: z.string().optional(),
  class: z.string().optional(),
  misId: z.string().optional(),
  upn: z.string().optional(),
  allergens: z.string().optional(),
  dailyLimit: z.union([z.string(), z.literal(false)]).optional(),
});
type FactFlags = z.infer<typeof factsSchema>;
const addSchema = factsSchema.extend({ name: z.string(), type: z.enum(memberTypes).default('pupil') });
const changeSchema = factsSchema.extend({ left: z.boolean().default(false), back: z.boolean().default(false) });

/** `klink members`: who eats in a canteen, what they may not eat, what opens their account, and what they have (R55–R57). */
export function membersCommand(run: RunCommand): Command {
  return new Command('members')
    .description('who eats in a canteen: pupils, staff, guests')
    .addCommand(listCommand(run))
    .addCommand(showCommand(run))
    .addCommand(addCommand(run))
    .addCommand(changeCommand(run))
    .addCommand(tagCommand(run))
    .addCommand(membersFromFileCommand(run))
    .addCommand(statementCommand(run));
}

const ofEdition = (command: Command): Command =>
  withOperatorFlags(command).requiredOption('--edition <number>', 'number of the edition', editionNumberOf);

const whoHelp = 'their member id, MIS id, UPN, tag or name';

function listCommand(run: RunCommand): Command {
  return ofEdition(new Command('list'))
    .description('everybody, or whom a text means')
    .argument('[search]', 'part of a name, or a class, MIS id, UPN or tag')
    .action((search: unknown, options: unknown) =>
      run((report) => {
        const flags = ofEditionSchema.parse(options);
        return withOperator(flags, report, async (operator) => {
          const found = await listMembers(operator, flags.edition, z.string().optional().parse(search) ?? null);
          if (!found.ok) return failedWith(found.fault, report);
          const lines = found.result.map(memberLine);
          report.say('members', { members: found.result }, lines.length === 0 ? 'Nobody.' : lines.join('\n'));
          return 0;
        });
      }),
    );
}

function showCommand(run: RunCommand): Command {
  return ofEdition(new Command('show'))
    .description('all that is known of one, with every purse')
    .argument('<member>', whoHelp)
    .action((member: unknown, options: unknown) =>
      run((report) => {
        const flags = ofEditionSchema.parse(options);
        return withOperator(flags, report, async (operator) => {
          const found = await findMember(operator, flags.edition, z.string().parse(member));
          if (!found.ok) return failedWith(found.fault, report);
          return show(operator, report, flags.edition, found.result.memberId);
        });
      }),
    );
}

function withFacts(command: Command): Command {
  return ofEdition(command)
    .option('--class <name>', 'their class; empty for none')
    .option('--mis-id <id>', "as the school's register has them; empty for none")
    .option('--upn <number>', 'unique pupil number; empty for none')
    .option('--allergens <list>', `what they may not eat, with commas; empty for none: ${allergens.join(', ')}`)
    .option('--daily-limit <amount>', 'what they may spend on one day', amountTextOf);
}

function addCommand(run: RunCommand): Command {
  return withFacts(new Command('add'))
    .description('make a member, with both purses')
    .requiredOption('--name <name>', 'as the till shows it')
    .option('--type <type>', `${memberTypes.join(', ')} (default: pupil)`, oneOf(memberTypes))
    .action((options: unknown) =>
      run((report) => {
        const flags = addSchema.parse(options);
        return withOperator(flags, report, async (operator) => {
          const facts = await factsOf(operator, flags);
          if (!facts.ok) return failedWith(facts.fault, report);
          const request = { editionId: flags.edition, memberType: flags.type, ...facts.result };
          const made = await operator.call('POST', '/members', memberCreatedSchema, request);
          if (!made.ok) return failedWith(made.fault, report);
          return show(operator, report, flags.edition, made.result.memberId);
        });
      }),
    );
}

function changeCommand(run: RunCommand): Command {
  return withFacts(new Command('change'))
    .description('change what is known of a member; what is not said stays')
    .argument('<member>', whoHelp)
    .option('--name <name>', 'as the till shows it')
    .option('--no-daily-limit', 'they may spend what they have')
    .option('--left', 'they have left')
    .option('--back', 'they are back')
    .action((member: unknown, options: unknown) =>
      run((report) => {
        const flags = changeSchema.parse(options);
        if (flags.left && flags.back)
          return Promise.resolve(failedWith({ code: 'USAGE', message: '--left or --back, not both' }, report));
        return withOperator(flags, report, async (operator) => {
          const found = await findMember(operator, flags.edition, z.string().parse(member));
          if (!found.ok) return failedWith(found.fault, report);
          const facts = await factsOf(operator, flags);
          if (!facts.ok) return failedWith(facts.fault, report);
          const { memberId } = found.result;
          const standing = flags.left || flags.back ? { isActive: flags.back } : {};
          const change = { editionId: flags.edition, ...facts.result, ...standing };
          const changed = await operator.call('PATCH', `/members/${memberId}`, memberRowSchema, change);
          if (!changed.ok) return failedWith(changed.fault, report);
          return show(operator, report, flags.edition, memberId);
        });
      }),
    );
}

function tagCommand(run: RunCommand): Command {
  return ofEdition(new Command('tag'))
    .description('give a card or wristband to a member: it opens their account at every till')
    .argument('<member>', whoHelp)
    .argument('<uid>', 'number of the tag, as a till shows it', tagUidOf)
    .action((member: unknown, uid: unknown, options: unknown) =>
      run((report) => {
        const flags = ofEditionSchema.parse(options);
        return withOperator(flags, report, async (operator) => {
          const found = await findMember(operator, flags.edition, z.string().parse(member));
          if (!found.ok) return failedWith(found.fault, report);
          const { memberId } = found.result;
          const body = { editionId: flags.edition, uid: z.string().parse(uid) };
          const given = await operator.call('POST', `/members/${memberId}/tags`, memberRowSchema, body);
          if (!given.ok) return failedWith(given.fault, report);
          return show(operator, report, flags.edition, memberId);
        });
      }),
    );
}

function statementCommand(run: RunCommand): Command {
  return asksForDays(ofEdition(new Command('statement')))
    .description('for parents: everything bought and paid in, and what it did to the cash')
    .argument('<member>', whoHelp)
    .action((member: unknown, options: unknown) =>
      run((report) => {
        const flags = ofEditionSchema.extend(daysSchema.shape).parse(options);
        return withOperator(flags, report, async (operator) => {
          const found = await findMember(operator, flags.edition, z.string().parse(member));
          if (!found.ok) return failedWith(found.fault, report);
          const { json, file, edition } = flags;
          const path = `/members/${found.result.memberId}/statement?${daysQuery(edition, flags)}`;
          const told = await operator.call('GET', path, statementReportSchema);
          if (!told.ok) return failedWith(told.fault, report);
          if (!json || file !== undefined) return giveOut(report, statementText(told.result), file);
          report.say('report', told.result, '');
          return 0;
        });
      }),
    );
}

async function show(operator: OperatorLink, report: Report, editionId: number, memberId: string): Promise<ExitCode> {
  const found = await readMember(operator, editionId, memberId);
  if (!found.ok) return failedWith(found.fault, report);
  report.say('members', found.result, memberText(found.result));
  return 0;
}

/** What the flags say of a member, as the backend reads it; what they do not say is absent. */
async function factsOf(operator: OperatorLink, flags: FactFlags): Promise<Answer<Record<string, unknown>>> {
  const { name, class: className, misId, upn } = flags;
  const listed = flags.allergens === undefined ? undefined : allergensOf(flags.allergens);
  if (listed?.ok === false) return listed;
  const limit = await limitOf(operator, flags);
  if (!limit.ok) return limit;
  return answered({
    ...(name === undefined ? {} : { displayName: name }),
    ...(className === undefined ? {} : { className: orNone(className) }),
    ...(misId === undefined ? {} : { misId: orNone(misId) }),
    ...(upn === undefined ? {} : { upn: orNone(upn) }),
    ...(listed === undefined ? {} : { allergens: listed.result }),
    ...limit.result,
  });
}

const orNone = (text: string): string | null => (text.trim() === '' ? null : text.trim());

function allergensOf(text: string): Answer<z.infer<typeof allergenListSchema>> {
  const words = text.split(/[,;\s]+/).filter((word) => word !== '');
  const read = allergenListSchema.safeParse(words.map((word) => word.toLowerCase()));
  if (read.success) return answered([...new Set(read.data)]);
  return faulted('USAGE', `--allergens takes some of: ${allergens.join(', ')}`);
}

async function limitOf(
  operator: OperatorLink,
  { dailyLimit, edition }: FactFlags,
): Promise<Answer<{ dailyLimitMinor?: number | null }>> {
  if (dailyLimit === undefined) return answered({});
  if (dailyLimit === false) return answered({ dailyLimitMinor: null });
  const currency = await currencyOf(operator, edition);
  if (!currency.ok) return currency;
  const amount = parseAmountOrZero(dailyLimit, currency.result);
  return amount.ok ? answered({ dailyLimitMinor: amount.result }) : amount;
}
