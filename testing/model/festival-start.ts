import { assignment } from '../till/festival.ts';
import { InProcessTill } from '../till/in-process-till.ts';
import { pins } from '../till/staff.ts';
import type { ModelBackend } from './model-backend.ts';
import { rules } from './model-charges.ts';
import { TillModel } from './till-model.ts';
import { type Call, configuration, endingOf, tagPlaces, World } from './world.ts';

const startBalanceMinor = 10_000 - rules.topUpFee.fixedMinor;
const startFloatMinor = 5_000;

/** A till with an open shift, somebody logged in and two charged tags, and the model of it. */
export async function beginFestival(
  backend: ModelBackend,
  template: string,
): Promise<{ model: TillModel; real: World }> {
  backend.begin(assignment.journalId);
  const real = new World(backend, template);
  await real.till.till.operations.login({ pin: pins.sue });
  return { model: startModel(), real };
}

/** A folder that every session begins with a copy of. */
export async function makeFestival(backendUrl: string, { isStaffed } = { isStaffed: true }): Promise<string> {
  const till = new InProcessTill({
    assignment: { ...assignment, backendUrl },
    configuration: isStaffed ? configuration : { ...configuration, cashiers: [] },
  });
  const { operations } = till.till;
  if (isStaffed) {
    await operations.login({ pin: pins.sue });
    await operations.openShift({ floatMinor: startFloatMinor });
  }
  await till.hand({ kind: 'create', label: 'Classic', technology: 'classic1k' });
  const patient = { firstTagOnly: true };
  for (const place of tagPlaces.slice(0, 2)) {
    const calls: Call[] = [
      (offered) => offered.issue(patient),
      (offered) => offered.topUp({ ...patient, amountMinor: 10_000, method: 'cash' }),
    ];
    for (const call of calls) {
      const ended = call(operations);
      await till.hand({ kind: 'hold', tagId: till.tagId(place) });
      const ending = endingOf(await ended);
      if (ending.code !== null) throw new Error(`the template could not be made: ${ending.code}`);
      await till.hand({ kind: 'remove' });
    }
  }
  const folder = till.killNow();
  till.close();
  return folder;
}

/** What the template holds. */
function startModel(): TillModel {
  const model = new TillModel(tagPlaces.length);
  model.desk.openShift(startFloatMinor);
  model.desk.logIn('sue');
  for (const tag of [0, 1]) {
    model.tag(tag).condition = 'issued';
    model.begin({ kind: 'top-up', amountMinor: 10_000 }, true);
    model.hold(tag);
    model.remove();
  }
  model.restart();
  model.logIn('sue');
  if (model.tag(0).balanceMinor !== startBalanceMinor) throw new Error('the model does not begin as the template does');
  return model;
}
