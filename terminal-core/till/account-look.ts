import type { Fault } from '../../contract/ipc/fault.ts';
import type { ChargeView } from '../../contract/ipc/till-view.ts';
import { fault } from '../domain/fault.ts';
import { invariant } from '../domain/invariant.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Desk, Patience } from './desk.ts';
import { type Accounts, type IdentifiedTag, knownBalanceOf, shownAccount, uidOnly } from './identify-tag.ts';
import { stepTag } from './step-parts.ts';
import { Tap } from './tap.ts';
import { refusedEnd, type ShownTag, type TagWork, type WorkEnd } from './work.ts';

const charge: ChargeView = { purpose: 'balance', amountMinor: 0, feeMinor: 0 };
const nothingSeen = { uid: null, before: null } as const;

/** Shows the cash balance of a tag's account (R110); books nothing. */
export class AccountLook implements TagWork {
  readonly #desk: Desk;
  readonly #accounts: Accounts;
  readonly #tap: Tap<IdentifiedTag>;
  #seen: { readonly uid: string; readonly shown: ShownTag; readonly asOf: string | null } | null = null;

  constructor(desk: Desk, accounts: Accounts, patience: Patience) {
    this.#desk = desk;
    this.#accounts = accounts;
    this.#tap = new Tap(desk, uidOnly(desk.reader), patience, charge);
  }

  async run(): Promise<WorkEnd> {
    const end = await this.#tap.run((tag) => this.#accept(tag));
    switch (end.type) {
      case 'TAG_READ':
        return this.#showBalance();
      case 'TIMEOUT':
        return refusedEnd(this.#desk, fault('TAG_NOT_SHOWN'), nothingSeen);
      case 'INTERRUPT':
        return refusedEnd(this.#desk, fault('CANCELLED'), nothingSeen);
      case 'CANCEL':
        return refusedEnd(this.#desk, end.fault ?? fault('CANCELLED'), nothingSeen);
    }
  }

  cancel(): boolean {
    this.#tap.stop('CANCEL');
    return true;
  }

  interrupt(): void {
    this.#tap.stop('INTERRUPT');
  }

  async #accept(tag: IdentifiedTag): Promise<Result<IdentifiedTag, Fault>> {
    const known = await knownBalanceOf(this.#accounts, tag.uid);
    if (!known.ok) return known;
    if (!known.value) return failed(fault('BALANCE_UNKNOWN'));
    const { balanceMinor, blocked, asOf } = known.value;
    const isBlocked = blocked || this.#desk.configuration.blockedTags.includes(tag.uid);
    this.#seen = { uid: tag.uid, shown: shownAccount(balanceMinor, isBlocked), asOf };
    return ok(tag);
  }

  #showBalance(): WorkEnd {
    invariant('INV-08', this.#seen !== null, 'a balance is shown without a tag');
    const { uid, shown, asOf } = this.#seen;
    const step = this.#desk.report({ event: 'balance', tag: stepTag(uid, shown), details: { asOf } });
    return { result: 'done', transaction: null, uid, before: null, after: shown, fault: null, step };
  }
}
