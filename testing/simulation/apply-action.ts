import type { Action, Deed, Showing } from './actions.ts';
import { enrolAnew, keepDisk, putDiskBack } from './disks.ts';
import { fairWeather, foulWeather } from './network.ts';
import { thisRelease } from './releases.ts';
import type { Simulation } from './simulation.ts';
import type { Wristband } from './tags.ts';
import type { TillDesk } from './till-desk.ts';

type AtTill = Extract<Action, { readonly till: number }>;

/** Does what an action says, and lets everything that follows at once from it run its course. */
export async function apply(simulation: Simulation, action: Action): Promise<void> {
  simulation.trace(JSON.stringify(action));
  await act(simulation, action);
  await simulation.settle();
}

async function act(simulation: Simulation, action: Action): Promise<void> {
  const { backend, provider, tally, time } = simulation;
  switch (action.kind) {
    case 'pass':
      return simulation.pass(action.spanMs);
    case 'jobs':
      return simulation.jobs.round();
    case 'night':
      return night(simulation, action.forMs);
    case 'provider':
      tally.fault('provider away');
      provider.isReachable = action.isReachable;
      return;
    case 'card':
      provider.nextFate = action.fate;
      return;
    case 'backend-dies':
      backend.dieAfter(action.statements);
      time.after(action.downMs, () => backend.restart());
      return;
    case 'clone':
    case 'roll-back':
    case 'corrupt':
      return tamper(simulation, action);
    case 'operator':
      return operate(simulation, action.deed);
    default: {
      const desk = simulation.desks[action.till];
      if (desk) await atTill(simulation, desk, action);
    }
  }
}

async function atTill(simulation: Simulation, desk: TillDesk, action: AtTill): Promise<void> {
  const { tally, time } = simulation;
  const { clock } = desk.till;
  const { line, field } = desk.till.world;
  switch (action.kind) {
    case 'visit':
      desk.begin(action.work, action.firstTagOnly);
      if (action.showing) show(simulation, desk, action.showing);
      return;
    case 'show':
      show(simulation, desk, action.showing);
      return;
    case 'lift':
      field.takeAway();
      return;
    case 'cancel':
    case 'dismiss':
      await desk.press(action.kind);
      return;
    case 'start':
      if (!desk.isRunning) simulation.startTill(desk);
      return;
    case 'stop':
      if (desk.isRunning) tally.fault('till stopped');
      desk.stop();
      return;
    case 'update':
      tally.work('update');
      desk.till.release = thisRelease;
      desk.stop();
      return;
    case 'reader-host':
      tally.fault('reader host restarted');
      if (desk.isRunning) desk.running.restartReaderHost();
      return;
    case 'kill':
      kill(simulation, desk, action.moments);
      return;
    case 'flaw':
      tally.fault(`write ${action.flaw}`);
      field.flaw = action.flaw;
      return;
    case 'partition':
      line.isCut = true;
      time.after(action.forMs, () => {
        line.isCut = false;
      });
      return;
    case 'weather':
      line.weather = action.isFoul ? foulWeather : fairWeather;
      return;
    case 'clock':
      tally.fault('clock changed');
      clock.jump(action.jumpMs);
      clock.drift(action.driftPerMillion);
      return;
    case 'keep-disk':
      keepDisk(desk);
      return;
    case 'put-disk-back':
      putDiskBack(simulation, desk);
      return;
    case 'enrol-anew':
      await enrolAnew(simulation, desk);
      return;
  }
}

function kill({ tally }: Simulation, desk: TillDesk, moments: number): void {
  if (!desk.isRunning) return;
  if (moments > 0) {
    desk.running.life.killAfter(moments);
    return;
  }
  tally.fault('kill at rest');
  desk.running.end();
}

async function night(simulation: Simulation, forMs: number): Promise<void> {
  simulation.tally.fault('night');
  for (const desk of simulation.desks) if (desk.isRunning) desk.running.end();
  await simulation.settle();
  await simulation.pass(forMs);
  await simulation.jobs.round();
  for (const desk of simulation.desks) simulation.startTill(desk);
}

function show(simulation: Simulation, desk: TillDesk, { tagId, afterMs, holdMs }: Showing): void {
  const tag = simulation.wristbands.all.find((one) => one.tagId === tagId);
  if (!tag) return;
  const { field } = desk.till.world;
  simulation.time.after(afterMs, () => {
    // There is one of it, which leaves wherever it was.
    for (const other of simulation.desks) if (other.till.world.field.tag === tag) other.till.world.field.takeAway();
    simulation.trace(`${tagId} comes to till ${desk.till.index}`);
    field.lay(tag);
  });
  simulation.time.after(afterMs + holdMs, () => {
    if (field.tag === tag) field.takeAway();
  });
}

/** Somebody lays hands on a wristband that lies on no reader. */
function tamper(simulation: Simulation, action: Extract<Action, { readonly tagId: string }>): void {
  const { wristbands, desks, tally } = simulation;
  const tag = wristbands.all.find(({ tagId }) => tagId === action.tagId);
  if (!tag || desks.some((desk) => desk.till.world.field.tag === tag)) return;
  tally.fault(`tag ${action.kind}`);
  simulation.model.tampered.add(tag.uid);
  const changed = changedTag(simulation, tag, action);
  simulation.model.tamper(changed.tagId, changed.uid, wristbands.witness(changed));
}

/** @returns the one whose bytes the model has not seen */
function changedTag(
  { wristbands }: Simulation,
  tag: Wristband,
  action: Extract<Action, { readonly tagId: string }>,
): Wristband {
  switch (action.kind) {
    case 'clone':
      return wristbands.clone(tag);
    case 'roll-back':
      wristbands.rollBack(tag, action.steps);
      return tag;
    case 'corrupt':
      wristbands.corrupt(tag, action.offset);
      return tag;
  }
}

async function operate({ operators, model, tally }: Simulation, deed: Deed): Promise<void> {
  tally.work(`operator ${deed.deed}`);
  const misjudged = await operators.do(deed);
  if (misjudged !== null) model.misjudged.add(misjudged);
}
