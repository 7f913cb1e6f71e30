import type { Work } from './actions.ts';
import { apply } from './apply-action.ts';
import type { Simulation } from './simulation.ts';

/** So many wristbands are still blank when the gates open. */
const blankCount = 2;

/** The morning of an event, before anything breaks: most wristbands are handed out with some money on them. */
export async function openEvent(simulation: Simulation): Promise<void> {
  const handedOut = simulation.wristbands.all.slice(0, -blankCount);
  for (const [index, { tagId }] of handedOut.entries()) {
    const till = index % simulation.desks.length;
    const works: readonly Work[] = [{ work: 'issue' }, { work: 'topUp', amountMinor: 5_000, method: 'cash' }];
    for (const work of works) {
      const showing = { tagId, afterMs: 10, holdMs: 2_000 };
      await apply(simulation, { kind: 'visit', till, work, firstTagOnly: true, showing });
      await simulation.pass(2_500);
    }
  }
}
