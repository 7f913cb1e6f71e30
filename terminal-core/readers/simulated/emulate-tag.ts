import { EmulatedClassicTag } from './emulated-classic-tag.ts';
import type { EmulatedTag, TagModelName } from './emulated-tag.ts';
import { EmulatedType2Tag } from './emulated-type2-tag.ts';

/** `memory` is that of an earlier tag of the same model; without it the tag is as the factory made it. */
export function emulateTag(model: TagModelName, uid: Uint8Array, memory?: Uint8Array): EmulatedTag {
  return model === 'classic1k' ? new EmulatedClassicTag(uid, memory) : new EmulatedType2Tag(model, uid, memory);
}
