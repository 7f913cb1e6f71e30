import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { fromHex, toHex } from '../../tag/bytes.ts';
import { slotMacLength, slotMacOffset, slotOffset } from '../../tag/layout.ts';
import { emulateTag } from './emulate-tag.ts';
import { type EmulatedTag, type TagModelName, tagModelNames } from './emulated-tag.ts';

const hexSchema = z
  .string()
  .transform(fromHex)
  .refine((bytes) => bytes !== null);
const drawerFileSchema = z.object({
  version: z.literal(1),
  tags: z.array(
    z.object({
      tagId: z.string().min(1),
      label: z.string().min(1),
      model: z.enum(tagModelNames),
      uid: hexSchema,
      memory: hexSchema,
      /** Oldest first; a drawer of an earlier version kept none. */
      olderMemories: z.array(hexSchema).default([]),
    }),
  ),
});

/** One wristband of the drawer. */
export interface DrawerTag {
  readonly tagId: string;
  readonly label: string;
  readonly chip: EmulatedTag;
  /** What it held before each of the last stays in which it was written, oldest first. */
  readonly olderMemories: Uint8Array[];
}

/** What a new tag is to be. */
export interface NewTag {
  readonly model: TagModelName;
  readonly uidLength: UidLength;
}

export type UidLength = 4 | 7 | 10;

const firstLabels = ['Wristband 1', 'Wristband 2', 'Wristband 3'];
const labelLengthMax = 40;
const olderMemoriesMax = 8;
const ordinaryTag: NewTag = { model: 'ntag213', uidLength: 7 };
/** NXP's manufacturer code, with which the UID of an NTAG begins. */
const manufacturer = 0x04;

/**
 * The simulated wristbands, kept in `DIR/simulated-tags.json`: like a real tag, one survives the till and every program
 * around it, so the file is written anew before a write is answered. A folder without the file starts with three.
 */
export class TagDrawer {
  readonly #file: string;
  readonly #randomBytes: (length: number) => Uint8Array;
  #tags: readonly DrawerTag[];

  /** @throws when the file is there and cannot be read or is not a drawer: tags are never thrown away for that. */
  constructor(dataFolder: string, randomBytes: (length: number) => Uint8Array) {
    this.#file = path.join(dataFolder, 'simulated-tags.json');
    this.#randomBytes = randomBytes;
    const kept = readDrawer(this.#file);
    this.#tags = kept ?? [];
    if (kept === null) {
      mkdirSync(dataFolder, { recursive: true });
      this.#keep(firstLabels.map((label) => this.#newTag(label)));
    }
  }

  get tags(): readonly DrawerTag[] {
    return this.#tags;
  }

  find(tagId: string): DrawerTag | null {
    return this.#tags.find((tag) => tag.tagId === tagId) ?? null;
  }

  findByLabel(label: string): DrawerTag | null {
    return this.#tags.find((tag) => tag.label === label) ?? null;
  }

  create(label: string, wanted: NewTag = ordinaryTag): DrawerTag {
    const tag = this.#newTag(label, wanted);
    this.#keep([...this.#tags, tag]);
    return tag;
  }

  /** A second tag with the same UID and the same bytes, as a cheap clone card is. */
  clone(original: DrawerTag): DrawerTag {
    const { chip } = original;
    const clone: DrawerTag = {
      tagId: this.#newId(),
      label: this.#freeLabel(`${original.label} copy`),
      chip: emulateTag(chip.model, chip.uid, chip.memory),
      olderMemories: [],
    };
    this.#keep([...this.#tags, clone]);
    return clone;
  }

  /** To be called before the first write of a stay: what the tag holds now is what a later `rollBack` puts back. */
  keepOlder({ chip, olderMemories }: DrawerTag): void {
    olderMemories.push(chip.memory.slice());
    olderMemories.splice(0, olderMemories.length - olderMemoriesMax);
  }

  /** Puts back what the tag held before it was written last; false when nothing older is known of it. */
  rollBack({ chip, olderMemories }: DrawerTag): boolean {
    const older = olderMemories.pop();
    if (older === undefined) {
      return false;
    }
    chip.memory.set(older);
    this.save();
    return true;
  }

  /** Makes both images unreadable and leaves the header, so that the tag is one of ours and shows nothing. */
  corrupt({ chip }: DrawerTag): void {
    for (const index of [0, 1] as const) {
      chip.writeUser(slotOffset(index) + slotMacOffset, new Uint8Array(slotMacLength));
    }
    this.save();
  }

  delete(deleted: DrawerTag): void {
    this.#keep(this.#tags.filter((tag) => tag !== deleted));
  }

  /** Puts these first, in this order; the others stay as they are. */
  bringForward(first: readonly DrawerTag[]): void {
    this.#keep([...first, ...this.#tags.filter((tag) => !first.includes(tag))]);
  }

  /** The file is replaced whole, so that a process killed in between leaves the old one or the new one. */
  save(): void {
    const file = {
      version: 1,
      tags: this.#tags.map(({ tagId, label, chip, olderMemories }) => ({
        tagId,
        label,
        model: chip.model,
        uid: toHex(chip.uid),
        memory: toHex(chip.memory),
        olderMemories: olderMemories.map(toHex),
      })),
    } satisfies z.input<typeof drawerFileSchema>;
    const unfinished = `${this.#file}.new`;
    writeFileSync(unfinished, `${JSON.stringify(file, null, 1)}\n`);
    renameSync(unfinished, this.#file);
  }

  #keep(tags: readonly DrawerTag[]): void {
    this.#tags = tags;
    this.save();
  }

  #newTag(label: string, { model, uidLength }: NewTag = ordinaryTag): DrawerTag {
    const uid = Uint8Array.of(manufacturer, ...this.#randomBytes(uidLength - 1));
    return { tagId: this.#newId(), label, chip: emulateTag(model, uid), olderMemories: [] };
  }

  #newId(): string {
    return toHex(this.#randomBytes(8)).toLowerCase();
  }

  #freeLabel(wanted: string): string {
    const cut = wanted.slice(0, labelLengthMax - 4);
    for (let number = 1; ; number += 1) {
      const label = number === 1 ? cut : `${cut} ${number}`;
      if (this.findByLabel(label) === null) {
        return label;
      }
    }
  }
}

/** Null when there is no drawer yet. */
function readDrawer(file: string): readonly DrawerTag[] | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return null;
    }
    throw error;
  }
  return drawerFileSchema.parse(JSON.parse(text)).tags.map(({ model, uid, memory, ...kept }) => ({
    ...kept,
    chip: emulateTag(model, uid, memory),
  }));
}
