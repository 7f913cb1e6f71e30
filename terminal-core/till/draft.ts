import type { TransactionDraft } from '../domain/transaction.ts';
import type { TagImage } from '../tag/image.ts';
import type { Charge } from './charge.ts';
import type { Desk } from './desk.ts';

/** What a transaction finds on a tag and leaves there: the next number, and the balance changed by its amount. */
export function tagPartOf(uid: string, image: TagImage, balanceDeltaMinor: number) {
  return {
    uid,
    generation: image.generation,
    transactionNumber: image.transactionNumber + 1,
    balanceBeforeMinor: image.balanceMinor,
    balanceAfterMinor: image.balanceMinor + balanceDeltaMinor,
  };
}

/** A charge put to a tag, before it has a number. */
export function draftOf(desk: Desk, charge: Charge, uid: string, image: TagImage): TransactionDraft {
  const { view: _, takesBlockedTags: __, reserves: ___, takesCredit: ____, ...rest } = charge;
  const { currency } = desk.assignment.edition;
  return { ...rest, ...desk.staff, currency, tag: tagPartOf(uid, image, charge.balanceDeltaMinor) };
}
