import type { z } from 'zod';
import type { coherenceAnswerSchema } from '../../contract/wire/admin.ts';
import {
  alertsAnswerSchema,
  tagNumberDuplicatesAnswerSchema,
  transactionsAnswerSchema,
} from '../../contract/wire/operator.ts';
import type { OperatorClient } from '../backend/operator-client.ts';

/** What an operator sees of the event after something was restored, copied or cloned. */
export interface EventView {
  /** Balances by kind of account, zero left out; `customer` is the sum of all. */
  readonly balances: Readonly<Record<string, number>>;
  readonly coherence: z.output<typeof coherenceAnswerSchema>;
  readonly alerts: z.output<typeof alertsAnswerSchema>['alerts'];
  readonly transactions: z.output<typeof transactionsAnswerSchema>['transactions'];
  readonly duplicates: z.output<typeof tagNumberDuplicatesAnswerSchema>['duplicates'];
}

export async function viewEvent(operator: OperatorClient, editionId: number): Promise<EventView> {
  const ofEdition = `?editionId=${editionId}`;
  const accounts = await operator.balances(editionId);
  const balances: Record<string, number> = {};
  for (const [name, minor] of accounts) {
    const kind = name.startsWith('customer:') ? 'customer' : name;
    if (minor !== 0) balances[kind] = (balances[kind] ?? 0) + minor;
  }
  const { alerts } = await operator.read(alertsAnswerSchema, `/alerts${ofEdition}`);
  return {
    balances,
    coherence: await operator.coherence(editionId),
    alerts,
    transactions: (await operator.read(transactionsAnswerSchema, `/transactions${ofEdition}`)).transactions,
    duplicates: (await operator.read(tagNumberDuplicatesAnswerSchema, `/tag-number-duplicates${ofEdition}`)).duplicates,
  };
}
