import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { ReaderKind } from '../../contract/ipc/reader.ts';
import { childRunning } from '../klink/child-processes.ts';
import type { LiveTill } from '../klink/live-till.ts';
import { startVirtualReader, type VirtualTag } from '../virtual-reader/virtual-reader.ts';

/** Where wristbands are laid down and taken away: on a real PC/SC service, or in the drawer of the simulated reader. */
export interface TagField {
  /** For the hosts. */
  readonly environment: Readonly<Record<string, string>>;
  /** Processes of the system that are part of it. */
  readonly processes: Readonly<Record<string, number>>;
  /** @returns their UIDs */
  makeTags(till: LiveTill, count: number): Promise<readonly string[]>;
  insert(till: LiveTill, uid: string): Promise<void>;
  remove(till: LiveTill): Promise<void>;
  /** The logical memory of a tag. */
  memory(uid: string): Promise<Uint8Array>;
  close(): Promise<void>;
}

export function startTagField(readerKind: ReaderKind, dataFolder: string): Promise<TagField> {
  switch (readerKind) {
    case 'pcsc':
      return startVirtualField();
    case 'simulated':
      return Promise.resolve(drawerField(dataFolder));
  }
}

async function startVirtualField(): Promise<TagField> {
  const reader = await startVirtualReader();
  const tags = new Map<string, VirtualTag>();
  const tagOf = (uid: string): VirtualTag => known(tags.get(uid));
  return {
    environment: reader.env,
    processes: { pcscd: known(childRunning(process.pid, 'pcscd')) },
    async makeTags(_, count) {
      for (let index = 1; index <= count; index += 1) {
        const uid = `04A1B2C3D4${index.toString(16).toUpperCase().padStart(4, '0')}`;
        tags.set(uid, await reader.makeTag({ uid }));
      }
      return [...tags.keys()];
    },
    insert: (_, uid) => reader.insert(tagOf(uid)),
    remove: () => reader.remove(),
    memory: (uid) => reader.memory(tagOf(uid)),
    close: () => reader.close(),
  };
}

const drawerSchema = z.object({ tags: z.array(z.object({ uid: z.string(), memory: z.string() })) });
/** Of an NTAG213: page 4 on, 144 bytes (tag.md, "Mapping to technologies"). */
const [firstByte, endByte] = [16, 160];

function drawerField(dataFolder: string): TagField {
  const tagIdOf = (till: LiveTill, uid: string): string => known(till.drawer.tags.find((tag) => tag.uid === uid)).tagId;
  return {
    environment: {},
    processes: {},
    async makeTags(till, count) {
      for (let index = till.drawer.tags.length; index < count; index += 1)
        await till.simulate({ kind: 'create', label: `Wristband ${index + 1}` });
      await till.until('all wristbands', () => (till.drawer.tags.length >= count ? true : null));
      return till.drawer.tags.slice(0, count).map(({ uid }) => uid);
    },
    insert: (till, uid) => till.simulate({ kind: 'hold', tagId: tagIdOf(till, uid) }),
    remove: (till) => till.simulate({ kind: 'remove' }),
    memory(uid) {
      const text = fs.readFileSync(path.join(dataFolder, 'simulated-tags.json'), 'utf8');
      const tag = known(drawerSchema.parse(JSON.parse(text)).tags.find((one) => one.uid === uid));
      return Promise.resolve(Buffer.from(tag.memory, 'hex').subarray(firstByte, endByte));
    },
    close: () => Promise.resolve(),
  };
}

function known<T>(found: T | null | undefined): T {
  if (found === null || found === undefined) throw new Error('a tag or a process of the run is not to be found');
  return found;
}
