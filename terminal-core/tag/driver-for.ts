import { failed, ok, type Result } from '../domain/result.ts';
import { technologyOf } from './atr.ts';
import type { TagDriver, TagFault } from './driver.ts';
import type { Transmit } from './transmit.ts';
import { type2Driver } from './type2.ts';

/** The driver for the card that answered with this ATR, or `unsupported` with what it is instead. */
export function driverFor(atr: Uint8Array, transmit: Transmit): Result<TagDriver, TagFault> {
  const technology = technologyOf(atr);
  return technology.kind === 'type2'
    ? ok(type2Driver(transmit))
    : failed({ kind: 'unsupported', detail: technology.detail });
}
