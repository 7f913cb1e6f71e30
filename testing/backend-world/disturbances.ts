import { forgetOldBatches } from '../../backend-mock/jobs/forget-batches.ts';
import { limits } from '../../backend-mock/limits.ts';
import type { Dice } from './dice.ts';
import { FleetFault } from './fleet.ts';
import type { World } from './world.ts';

const weights = { second: 5, late: 4, reservation: 2, quarter: 2, day: 0.4, kill: 2, stop: 1, forget: 1 } as const;

/** Time passes, a process is killed or stopped in the middle of everything, old answers are forgotten. */
export async function disturb(world: World, dice: Dice): Promise<void> {
  const { fleet } = world;
  const deed = dice.weighted(weights);
  switch (deed) {
    case 'second':
      fleet.advance(1_000);
      break;
    case 'late':
      fleet.advance(limits.simulatedLateMs);
      break;
    case 'reservation':
      fleet.advance(limits.reservationLifetimeMs);
      break;
    case 'quarter':
      fleet.advance(limits.paymentCheckLongestMs);
      break;
    case 'day':
      fleet.advance(limits.paymentCheckForMs);
      break;
    case 'kill':
      await killOne(world, dice.below(fleet.size), dice.below(12));
      break;
    case 'stop': {
      const place = dice.below(fleet.size);
      const code = await fleet.stop(place);
      if (code === undefined) break;
      if (code !== 0) throw new FleetFault(`a backend that was asked to stop ended with ${code}`);
      await fleet.begin(place);
      break;
    }
    case 'forget': {
      const clock = { now: () => new Date(fleet.now().getTime() + 2 * limits.batchAnswersLifetimeMs) };
      await forgetOldBatches(world.database, clock);
      break;
    }
  }
  world.note('world', deed, 'done');
}

export async function killOne({ fleet }: World, place: number, afterMs: number): Promise<void> {
  if (await fleet.kill(place, afterMs)) await fleet.begin(place);
}
