import { z } from 'zod';
import { reachedRows, requiredRows, unreachedRows } from './coverage.ts';
import { tallyText } from './report.ts';
import { Tally } from './tally.ts';

const countsSchema = z.record(z.string(), z.int());
const figuresSchema = z.object({
  seeds: z.array(z.int()),
  steps: z.int(),
  events: z.int(),
  minutes: z.number(),
  failures: z.array(z.string()),
  faults: countsSchema,
  works: countsSchema,
  reached: countsSchema,
});

/** What a soak, or several one after the other, have done; in a file it can be added to that of others. */
export class Figures {
  readonly seeds: number[] = [];
  readonly failures: string[] = [];
  readonly tally = new Tally();
  steps = 0;
  events = 0;
  minutes = 0;

  /** Reads what {@link text} wrote. */
  static parse(text: string): Figures {
    const { seeds, failures, faults, works, reached, ...counts } = figuresSchema.parse(JSON.parse(text));
    const figures = new Figures();
    figures.seeds.push(...seeds);
    figures.failures.push(...failures);
    Object.assign(figures, counts);
    for (const [name, times] of Object.entries(faults)) figures.tally.faults.set(name, times);
    for (const [name, times] of Object.entries(works)) figures.tally.works.set(name, times);
    for (const [name, times] of Object.entries(reached)) figures.tally.reached.set(name, times);
    return figures;
  }

  add(other: Figures): void {
    this.seeds.push(...other.seeds);
    this.failures.push(...other.failures);
    this.tally.add(other.tally);
    this.steps += other.steps;
    this.events += other.events;
    this.minutes += other.minutes;
  }

  get text(): string {
    const { seeds, steps, events, minutes, failures, tally } = this;
    const counts = {
      faults: Object.fromEntries(tally.faults),
      works: Object.fromEntries(tally.works),
      reached: Object.fromEntries(tally.reached),
    };
    return `${JSON.stringify({ seeds, steps, events, minutes, failures, ...counts }, null, 1)}\n`;
  }

  get unreached(): readonly string[] {
    return unreachedRows(this.tally);
  }

  /** For a person: what was done, what broke, which rows were reached and which never. */
  get summary(): string {
    const { seeds, steps, events, minutes, failures, tally, unreached } = this;
    const required = requiredRows().length;
    return [
      tallyText('What was done:', tally.works),
      tallyText('What went wrong on purpose:', tally.faults),
      tallyText('Rows of the tables:', reachedRows(tally)),
      ...unreached.map((row) => `NEVER REACHED: ${row}`),
      ...failures,
      `${steps} steps over ${new Set(seeds).size} seeds, ${events} events, ${minutes.toFixed(1)} minutes: ` +
        `${failures.length} violations, ${required - unreached.length} of ${required} rows reached`,
    ].join('\n');
  }
}
