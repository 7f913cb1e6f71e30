import { failed, ok, type Result } from '../domain/result.ts';
import { technologyOf } from './atr.ts';
import { classicDriver } from './classic.ts';
import { type SectorKey, transportKey } from './classic-sectors.ts';
import type { TagDriver, TagFault } from './driver.ts';
import type { Transmit } from './transmit.ts';
import { type2Driver } from './type2.ts';

/**
 * The driver for the card that answered with this ATR, or `unsupported` with what it is instead.
 *
 * @param classicKey what opens the sectors of a MIFARE Classic, where an edition's tags come with keys of their own
 */
export function driverFor(
  atr: Uint8Array,
  transmit: Transmit,
  classicKey: SectorKey = transportKey,
): Result<TagDriver, TagFault> {
  const technology = technologyOf(atr);
  switch (technology.kind) {
    case 'type2':
      return ok(type2Driver(transmit));
    case 'classic1k':
      return ok(classicDriver(transmit, classicKey));
    case 'unsupported':
      return failed({ kind: 'unsupported', detail: technology.detail });
  }
}
