/** A broken promise of the books or of the numbers: the request is rolled back and the operator is told, never the caller. */
export class InvariantViolation extends Error {
  readonly invariant: string;

  constructor(id: string, explanation: string) {
    super(`${id}: ${explanation}`);
    this.name = 'InvariantViolation';
    this.invariant = id;
  }
}

/** Stays on in production. `id` is the row of docs/invariants.md, e.g. `INV-02`. */
export function invariant(id: `INV-${number}`, holds: boolean, explanation: string): asserts holds {
  if (!holds) throw new InvariantViolation(id, explanation);
}
