import type { Fault } from '../../contract/ipc/fault.ts';
import { denyBalance } from '../domain/admission.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { WriteImages } from '../domain/transaction.ts';
import { encodeSlot } from '../tag/codec.ts';
import type { TagImage } from '../tag/image.ts';
import { otherSlot } from '../tag/layout.ts';
import { nextImage } from '../tag/next-image.ts';
import type { CurrentVisit } from './accept-tag.ts';
import type { Charge } from './charge.ts';
import type { Desk } from './desk.ts';
import { slotsWith } from './tag-visit.ts';

/** The next image of a tag and the bytes of both slots, before and after. */
export interface PreparedWrite {
  readonly images: WriteImages;
  readonly image: TagImage;
}

/** Builds what a charge would write to a tag, or says why it may not (tag.md, "Writing" 1 and "Balance limits"). */
export function prepareWrite(
  desk: Pick<Desk, 'assignment' | 'configuration' | 'keys' | 'clock'>,
  visit: CurrentVisit,
  charge: Charge,
  terminalTransactionNumber: number,
): Result<PreparedWrite, Fault> {
  const { reading, uidBytes } = visit;
  const { type, balanceDeltaMinor: amountMinor, adjustmentNumber, setBlocked } = charge;
  // What the backend has booked already is brought onto the tag whatever the limits say (Q20).
  const denial =
    type === 'TagAdjustment' ? null : denyBalance(reading.image.balanceMinor, amountMinor, desk.configuration.limits);
  if (denial) return failed(fault(denial.code, denial.details));
  const next = nextImage(reading.image, {
    type,
    amountMinor,
    assignmentId: desk.assignment.assignmentId,
    terminalTransactionNumber,
    writtenAtSeconds: Math.floor(desk.clock.nowMs() / 1_000),
    ...(adjustmentNumber === null ? {} : { adjustmentNumber }),
    ...(setBlocked === null ? {} : { setBlocked }),
  });
  if (!next.ok) return failed(fault(nextImageFaults[next.fault]));
  const targetSlot = otherSlot(reading.slotIndex);
  const bytes = encodeSlot(next.value, reading.header, desk.keys.macOf(reading.header, uidBytes));
  const images = { before: reading.slots, after: slotsWith(reading.slots, targetSlot, bytes), targetSlot };
  return ok({ images, image: next.value });
}

const nextImageFaults = {
  'balance-out-of-range': 'BALANCE_LIMIT',
  'number-exhausted': 'TAG_WRITE_FAILED',
  'adjustment-out-of-order': 'NO_ADJUSTMENT',
} as const;
