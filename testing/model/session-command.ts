import type fc from 'fast-check';
import { disagreements } from './agreement.ts';
import type { TillModel } from './till-model.ts';
import type { World } from './world.ts';

/** One thing that can happen in a session. To add one, write it and put it into one of the lists in `commands/`. */
export interface KindOf<Model, Details> {
  readonly name: string;
  /** How often, against the others. */
  readonly weight: number;
  readonly details: fc.Arbitrary<Details>;
  /** Whether it makes sense now; everything does where nothing is said. */
  isPossible?(model: Readonly<Model>, details: Details): boolean;
  /** Does it to both; what they then do not agree on is a fault. */
  run(model: Model, real: World, details: Details): Promise<void>;
}

/** Where a model and the real till do not agree; empty where all is well. */
export type Judge<Model> = (model: Model, real: World) => Promise<readonly string[]>;

/** One command of which everything is said; after it the judge is asked. */
export function judged<Model extends object, Details>(
  judge: Judge<Model>,
  kind: KindOf<Model, Details>,
  details: Details,
): fc.AsyncCommand<Model, World> {
  return {
    check: (model) => kind.isPossible?.(model, details) ?? true,
    run: async (model, real) => {
      await kind.run(model, real, details);
      await real.quiet();
      real.played.push(kind.name);
      const faults = await judge(model, real);
      if (faults.length > 0) throw new Error(faults.join('\n'));
    },
    toString: () => `${kind.name} ${JSON.stringify(details)}`,
  };
}

/** One of the things that chance chooses from. */
export interface WeightedCommand<Command> {
  readonly name: string;
  readonly weight: number;
  readonly arbitrary: fc.Arbitrary<Command>;
}

export type CommandKind<Details> = KindOf<TillModel, Details>;
export type SessionCommand = fc.AsyncCommand<TillModel, World>;

/** A kind of command with all it may be about, and how often. */
export function anyOf<Details>({ ...kind }: CommandKind<Details>): WeightedCommand<SessionCommand> {
  const { name, weight } = kind;
  return { name, weight, arbitrary: kind.details.map((details) => commandOf(kind, details)) };
}

/** For a session that is written down: what makes no sense there is a mistake of whoever wrote it. */
export function writtenDown<Details>(kind: CommandKind<Details>, details: Details): SessionCommand {
  const run: CommandKind<Details>['run'] = (model, real) => {
    if (kind.isPossible?.(model, details) === false) throw new Error(`${kind.name} makes no sense here`);
    return kind.run(model, real, details);
  };
  const { name, weight, details: arbitrary } = kind;
  return judged(disagreements, { name, weight, details: arbitrary, run }, details);
}

/** The same, left out where it makes no sense. */
export function commandOf<Details>(kind: CommandKind<Details>, details: Details): SessionCommand {
  return judged(disagreements, kind, details);
}
