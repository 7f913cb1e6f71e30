/** A rule that must hold whatever happens is broken: the host stops rather than go on with wrong books. */
export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';
  readonly invariant: string;

  constructor(invariant: string, detail: string) {
    super(`${invariant} broken: ${detail}`);
    this.invariant = invariant;
  }
}

/**
 * States an invariant of docs/invariants.md; stays on in production.
 * @throws InvariantBroken when it does not hold
 */
export function invariant(id: `INV-${string}`, holds: boolean, detail: string): asserts holds {
  if (!holds) throw new InvariantBroken(id, detail);
}
