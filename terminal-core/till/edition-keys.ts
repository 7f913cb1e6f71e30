import type { KeySet } from '../../contract/wire/enrolment.ts';
import { invariant } from '../domain/invariant.ts';
import { fromHex } from '../tag/bytes.ts';
import type { TagExpectation, TagHeader } from '../tag/codec.ts';
import { tagMac } from '../tag/keys.ts';
import type { Mac } from '../tag/mac.ts';

/** The keys of one edition, and what they make of a tag. They stay in the till host's memory. */
export class EditionKeys {
  readonly #eventEditionId: number;
  readonly #keys: ReadonlyMap<number, Uint8Array>;
  readonly #newestKeySetId: number;

  constructor(eventEditionId: number, keySets: readonly KeySet[]) {
    this.#eventEditionId = eventEditionId;
    this.#keys = new Map(keySets.map(({ id, keyHex }) => [id, keyBytes(id, keyHex)]));
    const newest = keySets.at(-1);
    invariant('INV-42', newest !== undefined, 'an edition without a key set');
    this.#newestKeySetId = newest.id;
  }

  /** What a tag with this UID has to show to be one of ours. */
  expectationFor(uid: Uint8Array): TagExpectation {
    return { eventEditionId: this.#eventEditionId, macFor: (keySetId) => this.#macOrNull(keySetId, uid) };
  }

  /** The MAC under the key set a tag was issued with. */
  macOf(header: TagHeader, uid: Uint8Array): Mac {
    const mac = this.#macOrNull(header.keySetId, uid);
    invariant('INV-42', mac !== null, `key set ${header.keySetId} is not known`);
    return mac;
  }

  /** Header of a tag that is issued now: with the newest key set. */
  get newHeader(): TagHeader {
    return { keySetId: this.#newestKeySetId, eventEditionId: this.#eventEditionId };
  }

  #macOrNull(keySetId: number, uid: Uint8Array): Mac | null {
    const key = this.#keys.get(keySetId);
    return key ? tagMac(key, uid, this.#eventEditionId) : null;
  }
}

function keyBytes(id: number, keyHex: string): Uint8Array {
  const bytes = fromHex(keyHex);
  invariant('INV-42', bytes?.length === 16, `key set ${id} is not 16 bytes`);
  return bytes;
}
