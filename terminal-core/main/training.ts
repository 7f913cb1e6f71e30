import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Fault } from '../../contract/ipc/fault.ts';
import { trainingFolderName } from '../../contract/settings/till-settings.ts';
import type { Clock, Random, SecretStore, TillSecrets } from '../checkout/ports.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { databaseFault } from '../store/open-database.ts';
import { databaseName, openTillDatabaseReadOnly, type TillDatabase } from '../store/till-database.ts';

/** Where a till's training lives: a whole till of its own, with its own lock, database and simulated tags. */
export function trainingFolder(dataFolder: string): string {
  return path.join(dataFolder, trainingFolderName);
}

/**
 * Makes the training database resemble the till it belongs to: its name, edition, catalogue and cashiers as they are now,
 * under a journal of its own and without its token, so that nothing of it could ever be taken for real.
 * @returns NOT_ENROLLED where there is no till to resemble, DATABASE_OLDER where it has not been started since an update
 */
export function resembleTill(
  dataFolder: string,
  training: TillDatabase,
  clock: Clock,
  random: Random,
): Result<void, Fault> {
  const file = path.join(dataFolder, databaseName);
  if (!existsSync(file)) return failed(fault('NOT_ENROLLED'));
  try {
    const real = openTillDatabaseReadOnly(dataFolder);
    if (!real.ok) return real;
    try {
      return copyFrom(real.value, training, new Date(clock.nowMs()).toISOString(), random);
    } finally {
      real.value.close();
    }
  } catch (error) {
    const known = databaseFault(error);
    if (!known) throw error;
    return failed(known);
  }
}

function copyFrom(real: TillDatabase, training: TillDatabase, at: string, random: Random): Result<void, Fault> {
  const assignment = real.assignments.assignment();
  if (!assignment) return failed(fault('NOT_ENROLLED'));
  if (!training.assignments.assignment()) {
    const journalId = Buffer.from(random.bytes(16)).toString('hex');
    training.assignments.saveAssignment({ ...assignment, backendUrl: 'http://training.invalid', journalId }, at);
  }
  const stored = real.assignments.configuration();
  if (stored) training.assignments.saveConfiguration(stored.etag, stored.configuration, at);
  return ok(undefined);
}

/** Keys that belong to this training alone: its tags are worth nothing at a till, and a till's tags nothing here. */
export function trainingSecretStore({ assignments }: TillDatabase): SecretStore {
  return {
    load: () => ok(trainingSecrets(assignments.assignment()?.journalId ?? '')),
    save: () => Promise.reject(new Error('training keeps no secrets')),
  };
}

function trainingSecrets(journalId: string): TillSecrets {
  const keyHex = createHash('sha256').update(`training of ${journalId}`, 'utf8').digest('hex').slice(0, 32);
  return { token: 'training', keySets: [{ id: 0, keyHex }] };
}
