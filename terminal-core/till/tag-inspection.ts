import type { TagDetails } from '../../contract/ipc/diagnostics.ts';
import type { Presence, ReaderPort } from '../checkout/ports.ts';
import { technologyOf } from '../tag/atr.ts';
import { toHex } from '../tag/bytes.ts';
import type { TagReading } from '../tag/codec.ts';
import type { TagFault } from '../tag/driver.ts';
import type { EditionKeys } from './edition-keys.ts';
import { readTag } from './tag-visit.ts';
import type { Occupation } from './workplace.ts';

/**
 * Looks at the tag in the field for whoever looks for a fault: reads it once, keeps nothing, journals nothing, shows nothing to
 * the cashier.
 */
export class TagInspection implements Occupation<TagDetails> {
  readonly #reader: ReaderPort;
  readonly #presence: Presence;
  readonly #keys: EditionKeys;

  constructor(reader: ReaderPort, presence: Presence, keys: EditionKeys) {
    this.#reader = reader;
    this.#presence = presence;
    this.#keys = keys;
  }

  async run(): Promise<TagDetails> {
    const visit = await readTag(this.#reader, this.#presence, this.#keys);
    const outside = tagFromOutside(this.#presence);
    if (!visit.ok) return { ...outside, detail: describe(visit.fault) };
    const { uid, reading } = visit.value;
    return {
      ...outside,
      ...{ shortUid: shortened(uid), uidLength: uid.length / 2, finding: reading.kind, image: imageOf(reading) },
    };
  }

  /** It takes as long as one look; there is nothing to take back. */
  cancel(): boolean {
    return false;
  }

  interrupt(): void {}
}

/** What can be said of a tag without a question to it. */
export function tagFromOutside({ atr }: Presence): TagDetails {
  const technology = technologyOf(atr);
  const isKnown = technology.kind !== 'unsupported';
  return {
    technology: technology.kind,
    atr: toHex(atr),
    ...{ shortUid: null, uidLength: null, image: null },
    finding: isKnown ? 'unread' : 'unsupported',
    detail: isKnown ? null : technology.detail,
  };
}

/** `04…3F625F`: enough to tell two tags apart that lie on the table, and not enough to follow their owner. */
function shortened(uid: string): string {
  return `${uid.slice(0, 2)}…${uid.slice(-6)}`;
}

function imageOf(reading: TagReading): TagDetails['image'] {
  if (reading.kind !== 'current') return null;
  const { header, image, otherSlotValid } = reading;
  const { generation, transactionNumber, adjustmentNumber, blocked } = image;
  return {
    ...{ keySetId: header.keySetId, generation, transactionNumber, adjustmentNumber, blocked, otherSlotValid },
    historyCount: image.history.filter((entry) => entry !== null).length,
    writtenAt: new Date(image.writtenAtSeconds * 1_000).toISOString(),
  };
}

function describe(fault: TagFault): string {
  return 'detail' in fault ? `${fault.kind}: ${fault.detail}` : fault.kind;
}
