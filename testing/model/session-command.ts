import type fc from 'fast-check';
import { disagreements } from './agreement.ts';
import type { TillModel } from './till-model.ts';
import type { World } from './world.ts';

/** One thing that can happen in a session. To add one, write it and put it into a list of `session-commands.ts`. */
export interface CommandKind<Details> {
  readonly name: string;
  /** How often, against the others. */
  readonly weight: number;
  readonly details: fc.Arbitrary<Details>;
  /** Whether it makes sense now; everything does where nothing is said. */
  isPossible?(model: Readonly<TillModel>, details: Details): boolean;
  /** Does it to both; what they then do not agree on is a fault. */
  run(model: TillModel, real: World, details: Details): Promise<void>;
}

export type SessionCommand = fc.AsyncCommand<TillModel, World>;

/** A kind of command with all it may be about, and how often. */
export function anyOf<Details>(kind: CommandKind<Details>): {
  weight: number;
  arbitrary: fc.Arbitrary<SessionCommand>;
} {
  return { weight: kind.weight, arbitrary: kind.details.map((details) => commandOf(kind, details)) };
}

/** One command of which everything is said, for a session that is written down. */
export function commandOf<Details>(kind: CommandKind<Details>, details: Details): SessionCommand {
  return {
    check: (model) => kind.isPossible?.(model, details) ?? true,
    run: async (model, real) => {
      await kind.run(model, real, details);
      await real.quiet();
      const faults = await disagreements(model, real);
      if (faults.length > 0) throw new Error(faults.join('\n'));
    },
    toString: () => `${kind.name} ${JSON.stringify(details)}`,
  };
}
