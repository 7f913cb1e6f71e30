import type { FaultCode } from '../contract/ipc/fault.ts';

const enrolAgain =
  'Save "klink export --file journal.jsonl" for the operator, then enrol another --data folder with a new code.';
const showAgain = 'Run "klink cleanup --timeout 60" and hold the same tag on the reader again.';

/** The command that helps, where one does; what happened and why is in the fault's own message. */
const hints: Readonly<Partial<Record<FaultCode, string>>> = {
  USAGE: 'See "klink --help" and "klink COMMAND --help".',
  PRODUCT_UNKNOWN: '"klink replicate" fetches the current catalogue.',
  CONFIGURATION_MISSING: '"klink replicate" fetches it.',
  TAG_UNKNOWN: '"klink issue" issues it.',
  TAG_CORRUPT: '"klink repair" rebuilds it, with a supervisor.',
  TAG_REPAIRED_TOO_OFTEN: '"klink replace UID" puts a blank one in its place.',
  LOGIN_NEEDED: 'Put the PIN in KLINK_PIN, or add --cashier and type it.',
  SUPERVISOR_NEEDED: 'Put the PIN in KLINK_SUPERVISOR_PIN, or add --supervisor and type it.',
  SHIFT_NEEDED: '"klink shift open --float 100.00" opens one.',
  SHIFT_OPEN: '"klink shift close --counted AMOUNT" closes it.',
  TAG_UNRESOLVED: showAgain,
  OUTCOME_UNKNOWN: `Take no money and give none back. ${showAgain}`,
  PAYMENT_OPEN: '"klink payments --finish" with the same tag, or "klink payments --void".',
  TILL_STOPPED: `Nothing is lost. ${showAgain}`,
  READER_MISSING: 'Or use --reader simulated.',
  NOT_ENROLLED: '"klink enrol --backend URL --code CODE" does it; check --data.',
  TILL_IN_USE: '"klink status" works meanwhile.',
  JOURNAL_FORKED: enrolAgain,
  JOURNAL_UNKNOWN: enrolAgain,
  CHAIN_BROKEN: enrolAgain,
  JOURNAL_BEHIND: enrolAgain,
};

/** What to do on the command line about a fault; null where the fault says it all. */
export function hintFor(code: FaultCode): string | null {
  return hints[code] ?? null;
}
