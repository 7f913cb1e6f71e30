/**
 * Goal: two tags at once, or one in the place of another without the reader noticing, never lead to a wrong verdict through
 * a real reader service; a reset of the field shows what is really there.
 * Method: the real reader host on a real pcscd of its own; the emulator lets another tag answer from one APDU on, within one
 * stay as the service sees it, or lets two answer at once. The places in between are gone through one by one without a reader, in `swapped-tags.test.ts`.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TagModelName } from '../../terminal-core/readers/simulated/emulated-tag.ts';
import { toHex } from '../../terminal-core/tag/bytes.ts';
import { encodeSlot } from '../../terminal-core/tag/codec.ts';
import type { TagImage } from '../../terminal-core/tag/image.ts';
import { lookAtTag } from '../../terminal-core/tag/look.ts';
import { issuedImage } from '../../terminal-core/tag/next-image.ts';
import { writeSlotVerified } from '../../terminal-core/tag/verified-write.ts';
import { editionHeader, macOf, memoryWith, readAs } from './edition.ts';
import { ReaderHostClient } from './reader-host-client.ts';
import { expectValue, nextShown, showTag } from './shown-tag.ts';
import { expectationFor } from './tag-field.ts';
import { startVirtualReader, type VirtualReader, type VirtualTag } from './virtual-reader.ts';

const firstUid = '04A1B2C3D4E5F6';
const secondUid = '04FFEEDDCCBBAA';
const topUp = { assignmentId: 41, terminalTransactionNumber: 1, amountMinor: 900, type: 'TopUp' } as const;
const image: TagImage = { ...issuedImage(1), transactionNumber: 3, balanceMinor: 900, history: [topUp, topUp, topUp] };
const sold: TagImage = { ...image, transactionNumber: 4, balanceMinor: 400 };
const newSlot = encodeSlot(sold, editionHeader, macOf(firstUid));
const models = ['ntag213', 'classic1k'] as const satisfies readonly TagModelName[];

let reader: VirtualReader;
let host: ReaderHostClient;

beforeAll(async () => {
  reader = await startVirtualReader();
});
afterAll(() => reader.close());
beforeEach(async () => {
  host = new ReaderHostClient({ readerName: reader.readerName }, reader.env);
  await host.state('ready');
});
afterEach(async () => {
  await reader.remove();
  await host.emptied();
  await host.stop();
});

async function tagInUse(model: TagModelName, uid: string): Promise<VirtualTag> {
  const tag = await reader.makeTag({ model, uid });
  await reader.setMemory(tag, memoryWith(image, macOf(uid)));
  return tag;
}

describe.each(models)('%s: another tag takes its place', (model) => {
  test.each([2, 3, 7, 12, 13, 20])(
    'before APDU %i of a look: an error, and after a reset of the field the other tag',
    async (apduNumber) => {
      const [first, second] = [await tagInUse(model, firstUid), await tagInUse(model, secondUid)];
      const { presenceId, driver } = await showTag(reader, host, first);
      await reader.swap(apduNumber, second);
      expect(await lookAtTag(driver, expectationFor)).toMatchObject({ ok: false, fault: { kind: 'io' } });
      await host.reset(presenceId);
      const again = expectValue(await lookAtTag((await nextShown(host)).driver, expectationFor));
      expect({ uid: toHex(again.uid), reading: again.reading }).toMatchObject({ uid: secondUid, reading: { image } });
    },
  );

  test.each([1, 2, 3, 4, 8, 12, 15])(
    'before APDU %i of a sale: open, and its own tag shows the old image or the new one',
    async (apduNumber) => {
      const [first, second] = [await tagInUse(model, firstUid), await tagInUse(model, secondUid)];
      const held = toHex(await reader.memory(second));
      const { driver } = await showTag(reader, host, first);
      const { memory } = expectValue(await lookAtTag(driver, expectationFor));
      const seenBefore = (await reader.apdus()).length;
      await reader.swap(apduNumber, second);
      const result = await writeSlotVerified(driver, memory, 1, newSlot, () => undefined);
      expect(result).toMatchObject({ kind: 'open', fault: { kind: 'io' } });
      const reading = readAs(await reader.memory(first), macOf(firstUid));
      expect(reading.kind === 'current' ? reading.image : null).toEqual(expect.toBeOneOf([image, sold]));
      const swapped = (await reader.apdus()).slice(seenBefore).filter(({ tagId }) => tagId === second.tagId);
      expect(swapped.length).toBeGreaterThan(0);
      if (model === 'classic1k' || apduNumber === 1) {
        expect(swapped.filter(({ isWrite }) => isWrite)).toEqual([]);
        expect(toHex(await reader.memory(second))).toBe(held);
      }
    },
  );
});

describe.each(models)('%s: a second tag beside it', (model) => {
  test.each([1, 2, 5, 9])(
    'from APDU %i of a look on: no verdict; with one of them lifted it is read',
    async (number) => {
      const tag = await tagInUse(model, firstUid);
      const { presenceId, driver } = await showTag(reader, host, tag);
      await reader.plan({ kind: 'collide', counted: { of: 'apdus', number } });
      expect(await lookAtTag(driver, expectationFor)).toEqual({ ok: false, fault: { kind: 'gone' } });
      await reader.remove();
      await host.gone(presenceId);
      const again = await showTag(reader, host, tag);
      expect(expectValue(await lookAtTag(again.driver, expectationFor)).reading).toMatchObject({
        kind: 'current',
        image,
      });
    },
  );
});
