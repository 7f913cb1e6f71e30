import { Command } from 'commander';
import { z } from 'zod';
import {
  creditPurseCreatedSchema,
  creditPurseReplacedSchema,
  type MemberAnswer,
  type PurseRow,
  purseRowSchema,
} from '../../contract/wire/admin-members.ts';
import { parseAmount } from '../amount.ts';
import { type Answer, answered, faulted } from '../answer.ts';
import { amountTextOf, dayOf, daysOf, editionNumberOf } from '../flag-values.ts';
import { findMember, readMember } from '../member-lookup.ts';
import { memberText, purseLine } from '../member-text.ts';
import { type OperatorLink, operatorFlagsSchema, withOperator, withOperatorFlags } from '../operator.ts';
import type { RunCommand } from '../run-command.ts';
import { failedWith } from '../till-work.ts';

const ofEditionSchema = operatorFlagsSchema.extend({ edition: z.int() });
const rulesSchema = ofEditionSchema.extend({
  amount: z.string().optional(),
  apply: z.string().optional(),
  days: z.int().optional(),
  sweep: z.boolean().optional(),
});
type RuleFlags = z.infer<typeof rulesSchema>;
const openSchema = rulesSchema.extend({
  title: z.string(),
  firstDay: z.string().optional(),
  lastDay: z.string().optional(),
  session: z.array(z.string()).optional(),
  today: z.string().optional(),
  another: z.boolean().default(false),
});
const closeSchema = ofEditionSchema.extend({ lastDay: z.string().optional() });

/** `klink credits`: kinds of meal credit that members are entitled to: opened, closed, replaced, never edited (R65–R74, R93). */
export function creditsCommand(run: RunCommand): Command {
  return new Command('credits')
    .description('meal credits that members are entitled to')
    .addCommand(openCommand(run))
    .addCommand(closeCommand(run))
    .addCommand(replaceCommand(run));
}

const ofEdition = (command: Command): Command =>
  withOperatorFlags(command).requiredOption('--edition <number>', 'number of the edition', editionNumberOf);

const whoHelp = 'their member id, MIS id, UPN, tag or name';
const purseHelp = 'its title, or its id where there are several: klink members show';

function withRules(command: Command): Command {
  return command
    .option('--amount <amount>', 'each credit', amountTextOf)
    .option('--apply <crontab>', 'when one comes, by the clock on the wall, at most once a day: "0 1 * * 1-5"')
    .option('--days <number>', 'how many days one stays; 1 ends at midnight', daysOf);
}

function openCommand(run: RunCommand): Command {
  return withRules(ofEdition(new Command('open')))
    .description('entitle a member to a kind of credit')
    .argument('<member>', whoHelp)
    .requiredOption('--title <title>', 'what reports call it: "Free School Meals"')
    .option('--sweep', 'what is left goes at the end of the session, not at midnight')
    .option('--first-day <day>', 'valid from this day on: 2026-09-01', dayOf)
    .option('--last-day <day>', 'valid until the end of this day', dayOf)
    .option('--session <name>', 'pays in this session only; may be repeated', collected)
    .option('--today <amount>', 'a credit that is there at once', amountTextOf)
    .option('--another', 'although there is an open purse of this title')
    .action((member: unknown, options: unknown) =>
      run((report) => {
        const flags = openSchema.parse(options);
        const given = [flags.amount, flags.apply, flags.days].filter((value) => value !== undefined);
        if (given.length > 0 && given.length < 3) {
          const message = 'a credit that comes by itself needs --amount, --apply and --days';
          return Promise.resolve(failedWith({ code: 'USAGE', message }, report));
        }
        return withOperator(flags, report, async (operator) => {
          const known = await membersPurses(operator, flags.edition, member);
          if (!known.ok) return failedWith(known.fault, report);
          const { currency, purses } = known.result;
          const { memberId, displayName } = known.result.member;
          const there = purses.find((purse) => purse.title === flags.title && isOpen(purse));
          if (there !== undefined && !flags.another) {
            const message = `${displayName} has ${purseLine(there, currency)}: use klink credits replace, or --another`;
            return failedWith({ code: 'USAGE', message }, report);
          }
          const rules = rulesOf(flags, currency);
          if (!rules.ok) return failedWith(rules.fault, report);
          const today = flags.today === undefined ? answered(undefined) : parseAmount(flags.today, currency);
          if (!today.ok) return failedWith(today.fault, report);
          const { edition: editionId, title, firstDay, lastDay, session: validSessions } = flags;
          const body = {
            editionId,
            title,
            firstDay,
            lastDay,
            validSessions,
            firstCreditMinor: today.result,
            ...rules.result,
          };
          const path = `/members/${memberId}/credit-purses`;
          const opened = await operator.call('POST', path, creditPurseCreatedSchema, body);
          if (!opened.ok) return failedWith(opened.fault, report);
          const now = await readMember(operator, editionId, memberId);
          if (!now.ok) return failedWith(now.fault, report);
          report.say('creditPurses', { ...opened.result, ...now.result }, memberText(now.result));
          return 0;
        });
      }),
    );
}

function closeCommand(run: RunCommand): Command {
  return ofEdition(new Command('close'))
    .description('end a kind of credit for a member; what is in it can no more be used then')
    .argument('<member>', whoHelp)
    .argument('<purse>', purseHelp)
    .option('--last-day <day>', 'ends with this day (default: at once)', dayOf)
    .action((member: unknown, purse: unknown, options: unknown) =>
      run((report) => {
        const flags = closeSchema.parse(options);
        return withOperator(flags, report, async (operator) => {
          const known = await membersPurses(operator, flags.edition, member);
          if (!known.ok) return failedWith(known.fault, report);
          const meant = purseOf(known.result, z.string().parse(purse));
          if (!meant.ok) return failedWith(meant.fault, report);
          const path = `/members/${known.result.member.memberId}/credit-purses/${meant.result.purseId}/closing`;
          const body = { editionId: flags.edition, lastDay: flags.lastDay };
          const closed = await operator.call('POST', path, purseRowSchema, body);
          if (!closed.ok) return failedWith(closed.fault, report);
          report.say('creditPurses', { closed: closed.result }, purseLine(closed.result, known.result.currency));
          return 0;
        });
      }),
    );
}

function replaceCommand(run: RunCommand): Command {
  return withRules(ofEdition(new Command('replace')))
    .description('other details of a credit: closes its purse and opens another; what is not said is as it was')
    .argument('<member>', whoHelp)
    .argument('<purse>', purseHelp)
    .option('--sweep', 'what is left goes at the end of the session')
    .option('--no-sweep', 'what is left goes at midnight')
    .action((member: unknown, purse: unknown, options: unknown) =>
      run((report) => {
        const flags = rulesSchema.parse(options);
        return withOperator(flags, report, async (operator) => {
          const known = await membersPurses(operator, flags.edition, member);
          if (!known.ok) return failedWith(known.fault, report);
          const { currency } = known.result;
          const meant = purseOf(known.result, z.string().parse(purse));
          if (!meant.ok) return failedWith(meant.fault, report);
          const rules = rulesOf(flags, currency);
          if (!rules.ok) return failedWith(rules.fault, report);
          if (Object.values(rules.result).every((value) => value === undefined))
            return failedWith({ code: 'USAGE', message: 'say what is to be different' }, report);
          const path = `/members/${known.result.member.memberId}/credit-purses/${meant.result.purseId}/replacement`;
          const body = { editionId: flags.edition, ...rules.result };
          const done = await operator.call('POST', path, creditPurseReplacedSchema, body);
          if (!done.ok) return failedWith(done.fault, report);
          const { closed, opened } = done.result;
          const text = `closed ${purseLine(closed, currency)}\nopened ${purseLine(opened, currency)}`;
          report.say('creditPurses', done.result, text);
          return 0;
        });
      }),
    );
}

async function membersPurses(operator: OperatorLink, editionId: number, said: unknown): Promise<Answer<MemberAnswer>> {
  const found = await findMember(operator, editionId, z.string().parse(said));
  return found.ok ? await readMember(operator, editionId, found.result.memberId) : found;
}

/** Not closed, or not yet. */
function isOpen({ type, validTo }: PurseRow): boolean {
  return type === 'credit' && (validTo === null || Date.parse(validTo) > Date.now());
}

/** By its id, or by its title where only one is open. */
function purseOf({ member, currency, purses }: MemberAnswer, said: string): Answer<PurseRow> {
  const byId = purses.find(({ type, purseId }) => type === 'credit' && purseId === said);
  if (byId !== undefined) return answered(byId);
  const [one, ...others] = purses.filter((purse) => purse.title.toLowerCase() === said.toLowerCase() && isOpen(purse));
  if (one === undefined) return faulted('USAGE', `${member.displayName} has no open credit purse "${said}"`);
  if (others.length === 0) return answered(one);
  const shown = [one, ...others].map((purse) => purseLine(purse, currency));
  return faulted('USAGE', `several purses are called "${said}", say which by its id:\n${shown.join('\n')}`);
}

type Rules = {
  amountMinor?: number | undefined;
  creditApply?: string | undefined;
  expiryDurationDays?: number | undefined;
  sweepAfterSession?: boolean | undefined;
};

function rulesOf({ amount, apply, days, sweep }: RuleFlags, currency: string): Answer<Rules> {
  const minor = amount === undefined ? answered(undefined) : parseAmount(amount, currency);
  if (!minor.ok) return minor;
  return answered({
    amountMinor: minor.result,
    creditApply: apply,
    expiryDurationDays: days,
    sweepAfterSession: sweep,
  });
}

const collected = (text: string, earlier: readonly string[] = []): readonly string[] => [...earlier, text];
