import type { SurroundingsPort } from '../../terminal-core/checkout/diagnostics-ports.ts';

/** Of a till in a test nobody looks for a fault on the disk: figures that cannot be taken for real ones. */
export const unknownSurroundings: SurroundingsPort = {
  diskFacts: () => ({
    versions: { klink: 'test', schema: 0, node: 'test', sqlite: 'test', pcsc: null, system: 'test' },
    database: {
      sizeBytes: 0,
      walBytes: 0,
      journalMode: 'test',
      transactionCount: 0,
      journalSeq: 0,
      acknowledgedSeq: 0,
    },
    disk: null,
  }),
  clockDifference: () => null,
  recentFaults: () => [],
};
