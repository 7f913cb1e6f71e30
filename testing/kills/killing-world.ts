import { type PaymentStatus, paymentAnswerSchema } from '../../contract/wire/payment.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import { SecretFile } from '../../terminal-core/store/secret-file.ts';
import { logIn, type OperatorClient } from '../backend/operator-client.ts';
import { type DemoBackend, startDemoBackend } from '../klink/demo-backend.ts';
import { type WitnessedTag, witnessTag } from '../klink/tag-witness.ts';
import { startVirtualReader, type VirtualReader } from '../virtual-reader/virtual-reader.ts';
import { Pool } from './pool.ts';

export const demoCodes = ['DEMO-FEST', 'DEMO-CANTEEN'] as const;
export type DemoCode = (typeof demoCodes)[number];

interface WitnessedEdition {
  readonly id: number;
  readonly keys: ReadonlyMap<number, Buffer>;
}

/** What somebody has in the ledger. */
export interface Booked {
  readonly cashMinor: number;
  /** Of the cash, for what has not ended yet. */
  readonly heldMinor: number;
  /** Meal credit that is left. */
  readonly creditMinor: number;
}

/** What all rows of a matrix share: one real backend with its ledger, and a reader for each row that runs at a time. */
export class KillingWorld {
  readonly backend: DemoBackend;
  readonly operator: OperatorClient;
  readonly readers: Pool<VirtualReader>;
  readonly #allReaders: readonly VirtualReader[];
  readonly #editions: ReadonlyMap<DemoCode, WitnessedEdition>;
  #lastTag = 0;

  private constructor(
    backend: DemoBackend,
    operator: OperatorClient,
    readers: readonly VirtualReader[],
    editions: ReadonlyMap<DemoCode, WitnessedEdition>,
  ) {
    this.backend = backend;
    this.operator = operator;
    this.readers = new Pool(readers);
    this.#allReaders = readers;
    this.#editions = editions;
  }

  static async start(readerCount: number): Promise<KillingWorld> {
    const starting = Array.from({ length: readerCount }, () => startVirtualReader());
    const [backend, ...readers] = await Promise.all([startDemoBackend(), ...starting]);
    const editions = await Promise.all(
      demoCodes.map(async (code): Promise<[DemoCode, WitnessedEdition]> => {
        const { edition } = await backend.enrolWitness(code);
        const keys = new Map(edition.keySets.map(({ id, keyHex }) => [id, Buffer.from(keyHex, 'hex')]));
        return [code, { id: edition.id, keys }];
      }),
    );
    return new KillingWorld(backend, await logIn(backend.address), readers, new Map(editions));
  }

  editionId(code: DemoCode): number {
    return this.#edition(code).id;
  }

  /** A UID that no tag of this world has had: 7 bytes as of an NTAG, or 4 as of a MIFARE Classic. */
  newUid(byteCount: 4 | 7): string {
    this.#lastTag += 1;
    const prefix = byteCount === 4 ? 'A1' : '04';
    return (
      prefix +
      this.#lastTag
        .toString(16)
        .toUpperCase()
        .padStart(2 * byteCount - 2, '0')
    );
  }

  /** What a memory says to somebody who holds the keys; null where it is no tag of that edition. */
  witness(code: DemoCode, uid: string, memory: Uint8Array): WitnessedTag | null {
    const key = this.#edition(code).keys.get(memory[3] ?? -1);
    return key === undefined ? null : witnessTag(memory, Buffer.from(uid, 'hex'), key);
  }

  /** What the ledger has for the customer of a tag, waiting sales taken off, as a till is told it. */
  async bookedOf(assignmentId: number, dataFolder: string, uid: string): Promise<Booked> {
    const answer = await this.#askAsTill(`${assignmentId}/tags/${uid}`, dataFolder);
    const { balanceMinor, availableMinor, member } = tagLookupAnswerSchema.parse(answer);
    const creditMinor = member?.credits.reduce((sum, credit) => sum + credit.availableMinor, 0) ?? 0;
    return { cashMinor: balanceMinor, heldMinor: balanceMinor - availableMinor, creditMinor };
  }

  /** What the provider says of a card payment, as a till is told it; null where nobody has heard of it. */
  async paymentStatus(assignmentId: number, dataFolder: string, number: number): Promise<PaymentStatus | null> {
    const answer = await this.#askAsTill(`${assignmentId}/transactions/${number}/payment`, dataFolder);
    return answer === null ? null : paymentAnswerSchema.parse(answer).status;
  }

  async #askAsTill(path: string, dataFolder: string): Promise<unknown> {
    const secrets = new SecretFile(dataFolder).load();
    const token = secrets.ok ? (secrets.value?.token ?? '') : '';
    const address = `${this.backend.address}/v1/assignments/${path}`;
    const response = await fetch(address, { headers: { authorization: `Bearer ${token}` } });
    if (response.status === 404) return null;
    const text = await response.text();
    if (!response.ok) throw new Error(`${address}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  async close(): Promise<void> {
    await Promise.all(this.#allReaders.map((reader) => reader.close()));
    await this.backend.close();
  }

  #edition(code: DemoCode): WitnessedEdition {
    const edition = this.#editions.get(code);
    if (edition === undefined) throw new Error(`the world has no edition ${code}`);
    return edition;
  }
}
