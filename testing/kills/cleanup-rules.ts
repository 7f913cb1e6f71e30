import type { LeftRow } from './disk-state.ts';

/** What the tag says of a transaction that may have been written to it: in its history, or not. */
export type Shown = 'written' | 'not written';

/** One row of requirements 3.2 that applied: its name, and the state it asks for. */
export interface Ruling {
  readonly rule: string;
  readonly state: string;
}

/**
 * Requirements 3.2 for a tag that was torn off or left lying by a killed till, stated a second time and from the outside:
 * without the tag.
 */
export function ruledWithoutTag({ state, writeStartedAt, paymentStatus }: LeftRow): Ruling {
  switch (state) {
    case 'Open':
      if (isPaymentOpen({ state, paymentStatus }))
        return { rule: `Open, card payment ${paymentStatus} → stays Open`, state };
      return { rule: 'Open → Aborted', state: 'Aborted' };
    case 'TerminalConfirmStarted':
      return writeStartedAt === null
        ? { rule: 'Started, not written → Aborted', state: 'Aborted' }
        : { rule: 'Started, write started, no tag → Unknown', state: 'TerminalConfirmUnknown' };
    case 'TerminalConfirmUnknown':
      return { rule: 'Unknown, no tag → unchanged', state };
    default:
      return { rule: `${state} → unchanged`, state };
  }
}

/** Only the provider, and then the cashier, can say what becomes of it (Q13). */
export function isPaymentOpen({ state, paymentStatus }: Pick<LeftRow, 'state' | 'paymentStatus'>): boolean {
  return state === 'Open' && ['pending', 'unknown', 'approved'].includes(paymentStatus ?? '');
}

/** The same with the tag at hand, which nobody else has written meanwhile. */
export function ruledWithTag(stateWithoutTag: string, shown: Shown): Ruling {
  if (stateWithoutTag !== 'TerminalConfirmUnknown')
    return { rule: `${stateWithoutTag} → unchanged`, state: stateWithoutTag };
  return shown === 'written'
    ? { rule: 'Unknown, tag = new image → Committed', state: 'Committed' }
    : { rule: 'Unknown, tag = old image → Aborted', state: 'Aborted' };
}
