import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { fromHex, toHex } from '../../tag/bytes.ts';
import { slotMacLength, slotMacOffset, slotOffset } from '../../tag/layout.ts';
import { EmulatedType2Tag, firstUserPage, pageLength } from './emulated-type2-tag.ts';
import { type2ModelNames } from './type2-models.ts';

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
      model: z.enum(type2ModelNames),
      uid: hexSchema,
      memory: hexSchema,
    }),
  ),
});

/** One wristband of the drawer. */
export interface DrawerTag {
  readonly tagId: string;
  readonly label: string;
  readonly chip: EmulatedType2Tag;
}

const firstLabels = ['Wristband 1', 'Wristband 2', 'Wristband 3'];
const labelLengthMax = 40;
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

  create(label: string): DrawerTag {
    const tag = this.#newTag(label);
    this.#keep([...this.#tags, tag]);
    return tag;
  }

  /** A second tag with the same UID and the same bytes, as a cheap clone card is. */
  clone(original: DrawerTag): DrawerTag {
    const { chip } = original;
    const clone: DrawerTag = {
      tagId: this.#newId(),
      label: this.#freeLabel(`${original.label} copy`),
      chip: new EmulatedType2Tag(chip.model, chip.uid, chip.memory),
    };
    this.#keep([...this.#tags, clone]);
    return clone;
  }

  /** Makes both images unreadable and leaves the header, so that the tag is one of ours and shows nothing. */
  corrupt({ chip }: DrawerTag): void {
    for (const index of [0, 1] as const) {
      const macStart = firstUserPage * pageLength + slotOffset(index) + slotMacOffset;
      chip.memory.fill(0, macStart, macStart + slotMacLength);
    }
    this.save();
  }

  delete(deleted: DrawerTag): void {
    this.#keep(this.#tags.filter((tag) => tag !== deleted));
  }

  /** The file is replaced whole, so that a process killed in between leaves the old one or the new one. */
  save(): void {
    const file = {
      version: 1,
      tags: this.#tags.map(({ tagId, label, chip }) => ({
        tagId,
        label,
        model: chip.model,
        uid: toHex(chip.uid),
        memory: toHex(chip.memory),
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

  #newTag(label: string): DrawerTag {
    const uid = Uint8Array.of(manufacturer, ...this.#randomBytes(6));
    return { tagId: this.#newId(), label, chip: new EmulatedType2Tag('ntag213', uid) };
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
  return drawerFileSchema.parse(JSON.parse(text)).tags.map(({ tagId, label, model, uid, memory }) => ({
    tagId,
    label,
    chip: new EmulatedType2Tag(model, uid, memory),
  }));
}
