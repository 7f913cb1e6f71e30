import type { TillStatus } from '../contract/ipc/operations.ts';
import { formatAmount } from './amount.ts';

/** A till in figures, for a person. */
export function statusText(status: TillStatus, dataFolder: string): string {
  if (!status.enrolled) return `Folder       ${dataFolder}\nTill         not enrolled yet`;
  const lines = [
    ['Folder', dataFolder],
    ['Till', `${status.terminalName ?? ''} (assignment ${status.assignmentId ?? 0})`],
    ['Event', status.editionName ?? ''],
    ['Backend', status.backendUrl ?? ''],
    ['Last number', String(status.lastTerminalTransactionNumber)],
    ['Journal', `${status.journalSeq} entries, ${status.unsentCount} unsent`],
    ['Exposure', exposureText(status)],
    ['Unfinished', String(status.unfinishedCount)],
    ['Unknown', attention(status.unknownCount, '"klink resolve" lists them; show the tag again')],
    ['Rejected', attention(status.rejectedCount, 'an operator has to resolve them in the backend')],
    ['Cash back', attention(status.cashToReturnCount, 'give it back and say so: "klink resolve" lists it')],
    ...(status.halted === null ? [] : [['Halted', `${status.halted.message} (${status.halted.code})`]]),
  ];
  return lines.map(([name = '', value = '']) => `${name.padEnd(13)}${value}`).join('\n');
}

/** Live: what the edition risks at this till, and what it may at most (Q52). */
function exposureText({ exposureMinor, exposureLimitMinor, currency }: TillStatus): string {
  const money = (amountMinor: number): string => (currency === null ? '' : formatAmount(amountMinor, currency));
  const most = exposureLimitMinor === null ? '' : ` of at most ${money(exposureLimitMinor)}`;
  return `${money(exposureMinor)}${most} ${currency ?? ''} sold offline and unsent`;
}

function attention(count: number, advice: string): string {
  return count === 0 ? '0' : `${count}: ${advice}`;
}
