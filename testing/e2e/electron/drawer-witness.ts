import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { EnrolmentAnswer } from '../../../contract/wire/enrolment.ts';
import { type WitnessedTag, witnessTag } from '../../klink/tag-witness.ts';

/** Part of `DIR/simulated-tags.json`: what a wristband of the drawer holds, whoever says what about it. */
const drawerSchema = z.object({ tags: z.array(z.object({ label: z.string(), uid: z.string(), memory: z.string() })) });
/** Where the logical memory of an NTAG begins (tag.md): page 4. */
const logicalBegin = 16;
const logicalLength = 144;

type KeySets = EnrolmentAnswer['edition']['keySets'];

/**
 * What is on a tag, for somebody who holds the edition's keys; null where it holds nothing that is right.
 * @param uid in hex @param memory from logical byte 0 on (tag.md)
 */
export function witnessMemory(keySets: KeySets, uid: string, memory: Uint8Array): WitnessedTag | null {
  const key = keySets.find(({ id }) => id === memory[3])?.keyHex;
  return key === undefined ? null : witnessTag(memory, Buffer.from(uid, 'hex'), Buffer.from(key, 'hex'));
}

/** Reads the wristbands of a drawer from its file, by the tests' own means and not by the till's. */
export class DrawerWitness {
  readonly #dataFolder: string;
  readonly #keySets: KeySets;

  /** @param dataFolder of the till whose drawer it is @param keySets of the edition, to judge the content by */
  constructor(dataFolder: string, keySets: KeySets) {
    this.#dataFolder = dataFolder;
    this.#keySets = keySets;
  }

  witness(label: string): WitnessedTag | null {
    const tag = this.#tag(label);
    const memory = Buffer.from(tag.memory, 'hex').subarray(logicalBegin, logicalBegin + logicalLength);
    return witnessMemory(this.#keySets, tag.uid, memory);
  }

  /** All of the chip's memory, in hex. */
  memory(label: string): string {
    return this.#tag(label).memory;
  }

  uid(label: string): string {
    return this.#tag(label).uid;
  }

  #tag(label: string) {
    const file = path.join(this.#dataFolder, 'simulated-tags.json');
    const { tags } = drawerSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    const tag = tags.find((candidate) => candidate.label === label);
    if (tag === undefined) throw new Error(`the drawer has no ${label}`);
    return tag;
  }
}
