import type { FaultCode } from '../../contract/ipc/fault.ts';
import type { Counter, CounterSetting, Operation } from './counter.ts';

/** A kind of transaction as the matrix knows it. */
export interface Kind extends CounterSetting {
  readonly name: string;
  /** Commits of one that nothing disturbs (Q51); in account mode one more, for what the backend said of the account. */
  readonly commitCount: number;
  /** What each of its transactions changes on the balance, in their order; none where it makes a tag anew. */
  readonly deltasMinor: readonly number[];
  /** What the tag holds that it makes anew. */
  readonly made?: { readonly balanceMinor: number; readonly generations: readonly number[] };
  /** Brings till, tag and backend to where it can begin, and gives the operation that makes it. */
  prepare(counter: Counter): Promise<Operation>;
  /** What the same again is answered once it has gone through; null: it goes through a second time. */
  readonly refusedAgain: FaultCode | null;
  /** Meal credit that the customer has, in the backend. */
  readonly creditMinor?: number;
  /** The backend is away from the operation until the till has been tried again. */
  readonly isAway?: boolean;
  /** What proves that the tag can be used, where the kind itself moves no money. */
  readonly use?: Operation;
}
