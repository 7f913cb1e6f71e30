import type { Fault } from '../../contract/ipc/fault.ts';
import type { ReaderStatus } from '../checkout/ports.ts';
import { fault } from '../domain/fault.ts';
import type { TagReading } from '../tag/codec.ts';
import type { TagFault } from '../tag/driver.ts';

/** What a cashier is told about a tag that could not be read or written. */
export function tagFault(problem: TagFault): Fault {
  switch (problem.kind) {
    case 'gone':
    case 'io':
      return fault('TAG_GONE');
    case 'too-small':
      return fault('TAG_TOO_SMALL');
    case 'random-uid':
      return fault('TAG_RANDOM_UID');
    case 'unsupported':
      return fault('TAG_UNSUPPORTED', { detail: problem.detail });
    case 'locked':
      return fault('TAG_UNSUPPORTED', { detail: 'MIFARE Classic 1K with keys of its own' });
  }
}

/** What a cashier is told about a tag that was read and cannot be used; null for one that can. */
export function readingFault(reading: TagReading): Fault | null {
  switch (reading.kind) {
    case 'not-ours':
      return fault('TAG_UNKNOWN');
    case 'foreign-edition':
      return fault('TAG_FOREIGN_EDITION');
    case 'forged':
      return fault('TAG_FORGED');
    case 'corrupt':
      return fault('TAG_CORRUPT');
    case 'current':
      return null;
  }
}

/** Why no tag can be read at all; null while the reader is ready or still starting. */
export function readerFault({ state, detail }: ReaderStatus): Fault | null {
  switch (state) {
    case 'unavailable':
      return fault('READER_UNAVAILABLE', { detail: detail ?? '' });
    case 'service-down':
      return fault('READER_SERVICE_DOWN');
    case 'missing':
      return fault('READER_MISSING');
    case 'fault':
      return fault('READER_FAULT', { detail: detail ?? '' });
    case 'starting':
    case 'ready':
      return null;
  }
}
