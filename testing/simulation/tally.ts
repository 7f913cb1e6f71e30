/** What a run has done, by name: faults, kinds of work, states reached, rows of the tables. */
export class Tally {
  readonly faults = new Map<string, number>();
  readonly works = new Map<string, number>();
  /** Rows of the transition tables and of the cleanup table, as `coverage.ts` names them. */
  readonly reached = new Map<string, number>();

  fault(name: string): void {
    count(this.faults, name);
  }

  work(name: string): void {
    count(this.works, name);
  }

  reach(row: string, times = 1): void {
    count(this.reached, row, times);
  }

  add(other: Tally): void {
    for (const [name, times] of other.faults) count(this.faults, name, times);
    for (const [name, times] of other.works) count(this.works, name, times);
    for (const [name, times] of other.reached) count(this.reached, name, times);
  }
}

function count(map: Map<string, number>, name: string, times = 1): void {
  map.set(name, (map.get(name) ?? 0) + times);
}
