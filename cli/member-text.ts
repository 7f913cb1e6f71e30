import type { MemberAnswer, MemberRow, PurseRow } from '../contract/wire/admin-members.ts';
import { formatAmount } from './amount.ts';

/** A member in one line of a list. */
export function memberLine(member: MemberRow): string {
  const { memberId, displayName, memberType, className, misId, tagUids, isActive } = member;
  const what = [memberType, className === null ? null : `class ${className}`, isActive ? null : 'left'];
  const numbers = [misId === null ? null : `MIS id ${misId}`, tagUids.length === 0 ? 'no tag' : tagUids.join(' ')];
  return `${memberId}  ${displayName} (${said(what)}), ${said(numbers)}`;
}

/** All that is known of a member, with every purse. */
export function memberText({ member, currency, purses }: MemberAnswer): string {
  const { displayName, memberType, className, isActive, memberId, misId, upn } = member;
  const { allergens, dailyLimitMinor, tagUids } = member;
  const what = [memberType, className === null ? null : `class ${className}`, isActive ? null : 'left'];
  const limit = dailyLimitMinor === null ? 'none' : `${formatAmount(dailyLimitMinor, currency)} ${currency}`;
  return [
    `${displayName} (${said(what)})`,
    `   member id ${memberId}, MIS id ${misId ?? '–'}, UPN ${upn ?? '–'}`,
    `   tags: ${tagUids.length === 0 ? 'none' : tagUids.join(' ')}`,
    `   allergens: ${allergens.length === 0 ? 'none' : allergens.join(', ')}; daily limit: ${limit}`,
    ...purses.map((purse) => `   ${purseLine(purse, currency)}`),
  ].join('\n');
}

/** A purse with what is in it, until when it is valid, and what comes into it by itself. */
export function purseLine(purse: PurseRow, currency: string): string {
  const { purseId, type, title, balanceMinor, validFrom, validTo, validSessions, credit } = purse;
  const balance = `${title}: ${formatAmount(balanceMinor, currency)} ${currency}`;
  if (type === 'cash') return balance;
  if (type === 'sales') return `${balance} (not processed yet)`;
  const validity = [
    validFrom === null ? null : `from ${validFrom}`,
    validTo === null ? null : `until ${validTo}`,
    validSessions === null ? null : `for ${validSessions.join(', ')} only`,
  ];
  return [`${balance} (purse ${purseId})`, rulesText(credit, currency), said(validity)]
    .filter((text) => text !== '')
    .join('; ');
}

function rulesText(credit: PurseRow['credit'], currency: string): string {
  if (credit === null) return '';
  const { amountMinor, creditApply, expiryDurationDays, sweepAfterSession } = credit;
  if (amountMinor === null || creditApply === null || expiryDurationDays === null) return 'nothing comes by itself';
  const days = expiryDurationDays === 1 ? 'for the day' : `for ${expiryDurationDays} days`;
  const sweep = sweepAfterSession ? ', swept after the session' : '';
  return `${formatAmount(amountMinor, currency)} at "${creditApply}" ${days}${sweep}`;
}

const said = (texts: readonly (string | null)[]): string => texts.filter((text) => text !== null).join(', ');
