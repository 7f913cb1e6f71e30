/** Which program died. */
export const victims = ['till host', 'backend', 'database'] as const;
export type Victim = (typeof victims)[number];

/** One SIGKILL, and what it hit. */
interface Kill {
  readonly victim: Victim;
  /** What the victim was doing, as far as it can be told from outside. */
  readonly state: string;
  /** It hit work that somebody waited for; the others hit a victim that had nothing to do. */
  readonly isInWork: boolean;
}

/** Everything that was killed. */
export class KillLog {
  readonly #kills: Kill[] = [];

  note(victim: Victim, state: string, isInWork: boolean): void {
    this.#kills.push({ victim, state, isInWork });
  }

  /** Kills that hit work in progress. */
  get inWorkCount(): number {
    return this.#kills.filter(({ isInWork }) => isInWork).length;
  }

  get idleCount(): number {
    return this.#kills.length - this.inWorkCount;
  }

  inWorkOf(victim: Victim): number {
    return this.#kills.filter((kill) => kill.victim === victim && kill.isInWork).length;
  }

  /** How often each state was hit, by victim and then by number. */
  get byState(): readonly {
    readonly victim: Victim;
    readonly state: string;
    readonly isInWork: boolean;
    readonly count: number;
  }[] {
    const counts = new Map<string, { victim: Victim; state: string; isInWork: boolean; count: number }>();
    for (const kill of this.#kills) {
      const name = `${kill.victim} ${kill.state}`;
      const counted = counts.get(name) ?? { ...kill, count: 0 };
      counted.count += 1;
      counts.set(name, counted);
    }
    const order = (victim: Victim) => victims.indexOf(victim);
    return [...counts.values()].sort((a, b) => order(a.victim) - order(b.victim) || b.count - a.count);
  }
}
