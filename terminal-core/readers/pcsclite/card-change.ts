import type { CardReader } from './card-reader.ts';
import { eventCountShift, readerState } from './constants.ts';

/** A card changed for another between two looks is reported as gone and come: only the count of events tells. */
export function reportChange(reader: CardReader, state: number, atr: Buffer | null): void {
  const wasPresent = (reader.state & readerState.present) !== 0;
  const isPresent = (state & readerState.present) !== 0;
  if (wasPresent && isPresent && reader.state >>> eventCountShift !== state >>> eventCountShift) {
    reader.report(readerState.empty | readerState.changed, null);
  }
  reader.report(state, atr);
}
