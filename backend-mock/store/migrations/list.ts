import { books } from './0001-books.ts';
import { holdsAndEvidence } from './0002-holds-and-evidence.ts';
import { accountLimits } from './0003-account-limits.ts';
import { payments } from './0004-payments.ts';
import { operatorActions } from './0005-operator-actions.ts';
import { refunds } from './0006-refunds.ts';
import { outsideTopUps } from './0007-outside-top-ups.ts';
import { refusedSteps } from './0008-refused-steps.ts';
import { overspend } from './0009-overspend.ts';
import { installations } from './0010-installations.ts';
import { canteenPurses } from './0011-canteen-purses.ts';
import { tracConnections } from './0012-trac-connections.ts';
import { rowByPrimaryKey } from './0013-row-by-primary-key.ts';
import { creditsByTime } from './0014-credits-by-time.ts';

export type Migration = { version: number; name: string; sql: string };

/** In order, without gaps; the schema may only grow. */
export const migrations: readonly Migration[] = [
  { version: 1, name: 'books', sql: books },
  { version: 2, name: 'holds-and-evidence', sql: holdsAndEvidence },
  { version: 3, name: 'account-limits', sql: accountLimits },
  { version: 4, name: 'payments', sql: payments },
  { version: 5, name: 'operator-actions', sql: operatorActions },
  { version: 6, name: 'refunds', sql: refunds },
  { version: 7, name: 'outside-top-ups', sql: outsideTopUps },
  { version: 8, name: 'refused-steps', sql: refusedSteps },
  { version: 9, name: 'overspend', sql: overspend },
  { version: 10, name: 'installations', sql: installations },
  { version: 11, name: 'canteen-purses', sql: canteenPurses },
  { version: 12, name: 'trac-connections', sql: tracConnections },
  { version: 13, name: 'row-by-primary-key', sql: rowByPrimaryKey },
  { version: 14, name: 'credits-by-time', sql: creditsByTime },
];
