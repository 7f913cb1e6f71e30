import type { TagDriver } from '../../terminal-core/tag/driver.ts';
import { driverFor } from '../../terminal-core/tag/driver-for.ts';
import type { ReaderHostClient } from './reader-host-client.ts';
import type { VirtualReader, VirtualTag } from './virtual-reader.ts';

/** One stay of a tag on a real reader, with the driver a till host would use for it. */
export interface ShownTag {
  readonly presenceId: number;
  readonly driver: TagDriver;
}

/** Lays the tag on the reader, and waits until the reader host has told of it. */
export async function showTag(reader: VirtualReader, host: ReaderHostClient, tag: VirtualTag): Promise<ShownTag> {
  await reader.insert(tag);
  return nextShown(host);
}

/** The next stay the reader host tells of. */
export async function nextShown(host: ReaderHostClient): Promise<ShownTag> {
  const { presenceId, atr } = await host.present();
  const driver = driverFor(atr, host.transmitTo(presenceId));
  if (!driver.ok) {
    throw new Error(JSON.stringify(driver.fault));
  }
  return { presenceId, driver: driver.value };
}

export function expectValue<T>(result: { ok: true; value: T } | { ok: false; fault: unknown }): T {
  if (!result.ok) {
    throw new Error(JSON.stringify(result.fault));
  }
  return result.value;
}
