import type { Fault } from '../../contract/ipc/fault.ts';
import type { Presence } from '../checkout/ports.ts';
import { fault } from '../domain/fault.ts';
import { failed, type Result } from '../domain/result.ts';
import type { TagFault } from '../tag/driver.ts';
import type { Desk, Patience } from './desk.ts';
import { readerFault, tagFault } from './tag-faults.ts';
import type { TagSight } from './tag-sight.ts';
import type { TagVisit } from './tag-visit.ts';
import { TagWait } from './tag-wait.ts';

/** Whether a tag that was read is the one that is wanted. A renewed visit may be returned (after a field reset). */
export type Accept<Visit = TagVisit> = (visit: Visit) => Promise<Result<Visit, Fault>>;

export type SearchResult<Visit = TagVisit> =
  | { readonly kind: 'tag'; readonly visit: Visit }
  | { readonly kind: 'refused'; readonly fault: Fault }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'stopped'; readonly by: 'CANCEL' | 'INTERRUPT' };

type SearchDesk = Pick<Desk, 'reader' | 'timers'>;

/** A reader that answers wrongly is reset this often before the cashier is asked to lift the tag. */
const resetsMax = 2;

/** Looks for a tag that `accept` takes, and says meanwhile what is wrong with those it does not take. */
export class TagSearch<Visit = TagVisit> {
  readonly #desk: SearchDesk;
  readonly #sight: TagSight<Visit>;
  readonly #patience: Patience;
  readonly #wait: TagWait;
  readonly #onFault: (fault: Fault) => void;

  constructor(
    desk: SearchDesk,
    sight: TagSight<Visit>,
    patience: Patience,
    timeoutMs: number,
    onFault: (fault: Fault) => void,
  ) {
    this.#desk = desk;
    this.#sight = sight;
    this.#patience = patience;
    this.#onFault = onFault;
    this.#wait = new TagWait(desk.reader, desk.timers, timeoutMs, patience.firstTagOnly);
  }

  stop(by: 'CANCEL' | 'INTERRUPT'): void {
    this.#wait.stop(by);
  }

  /** A card that was looked at before has to leave, or be reset, to be found. */
  ignore(presenceId: number): void {
    this.#wait.markSeen(presenceId);
  }

  async find(accept: Accept<Visit>): Promise<SearchResult<Visit>> {
    try {
      for (;;) {
        const next = await this.#wait.next();
        if (next.kind === 'timeout' || next.kind === 'stopped') return next;
        if (next.kind === 'reader-down') return { kind: 'refused', fault: this.#readerFault() };
        const taken = await this.#look(next.presence, accept);
        // Whoever stopped the search while the tag was read was told that nothing will be booked.
        if (taken.ok) return this.#wait.stopped ?? { kind: 'tag', visit: taken.value };
        this.#onFault(taken.fault);
        if (this.#isLast(taken.fault)) return { kind: 'refused', fault: taken.fault };
      }
    } finally {
      this.#wait.close();
    }
  }

  /** Whether no other tag can help, or none may. */
  #isLast({ code }: Fault): boolean {
    if (code === 'EARLIER_COMMITTED') return true;
    const mayHelpToHoldStill = code === 'TAG_GONE';
    return this.#patience.firstTagOnly && !mayHelpToHoldStill;
  }

  async #look(presence: Presence, accept: Accept<Visit>): Promise<Result<Visit, Fault>> {
    const read = await this.#read(presence);
    if (!read.ok) return failed(tagFault(read.fault));
    const taken = await accept(read.value);
    if (!taken.ok) this.#sight.refused(read.value);
    return taken;
  }

  /** A wrong answer, or a key not taken, with the tag still there is often cured by switching the field off and on. */
  async #read(first: Presence): Promise<Result<Visit, TagFault>> {
    let presence = first;
    for (let resets = 0; ; resets++) {
      const read = await this.#sight.read(presence);
      if (read.ok || !mayBeCured(read.fault) || resets === resetsMax) return read;
      const isBack = await this.#desk.reader.reset(presence.presenceId);
      const again = this.#desk.reader.presence;
      if (!isBack || !again) return failed({ kind: 'gone' });
      presence = again;
      this.#wait.markSeen(again.presenceId);
    }
  }

  #readerFault(): Fault {
    return readerFault(this.#desk.reader.status) ?? fault('READER_MISSING');
  }
}

function mayBeCured({ kind }: TagFault): boolean {
  return kind === 'io' || kind === 'locked';
}
