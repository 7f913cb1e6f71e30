import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { InProcessTill } from './in-process-till.ts';

const drawerName = 'simulated-tags.json';
const drawerSchema = z.looseObject({
  tags: z.array(z.looseObject({ model: z.string(), memory: z.string() })),
});

/** Where logical byte 16 (slot 0) and 80 (slot 1) lie in a tag's memory, behind pages or sector trailers (tag.md). */
function slotsOf(model: string): readonly [number, number] {
  return model === 'classic1k' ? [80, 160] : [32, 96];
}

/** Changes a tag as it lies in the drawer; the reader finds it so the next time it looks. */
export function editTag(
  till: InProcessTill,
  index: number,
  edit: (memory: Buffer, slots: readonly [number, number]) => void,
): void {
  const file = path.join(till.folder, drawerName);
  const drawer = drawerSchema.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
  const tag = drawer.tags[index];
  if (!tag) throw new Error(`there is no tag ${index}`);
  const memory = Buffer.from(tag.memory, 'hex');
  edit(memory, slotsOf(tag.model));
  tag.memory = memory.toString('hex').toUpperCase();
  fs.writeFileSync(file, JSON.stringify(drawer));
  till.restartReaderHost();
}

/** One wrong bit in what each slot says of the balance: neither MAC fits any more. */
export function damageTag(till: InProcessTill, index: number): void {
  editTag(till, index, (memory, slots) => {
    for (const slot of slots) memory.writeUInt8(memory.readUInt8(slot + 7) ^ 1, slot + 7);
  });
}
