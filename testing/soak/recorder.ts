import { type FigureName, type FigureSeries, type Figures, figureNames } from './bounds.ts';

/** Keeps every value that was measured, in the order of the run. */
export class Recorder {
  readonly #salesPerValue: number;
  readonly #values = new Map<string, { readonly figure: FigureName; readonly values: number[] }>();

  constructor(salesPerValue: number) {
    this.#salesPerValue = salesPerValue;
  }

  /** @param owner whose figures they are: a process, or the disk */
  note(owner: string, figures: Figures): void {
    for (const figure of figureNames) {
      const value = figures[figure];
      if (value === undefined) continue;
      const name = `${owner} ${figure}`;
      const kept = this.#values.get(name) ?? { figure, values: [] };
      kept.values.push(value);
      this.#values.set(name, kept);
    }
  }

  get series(): readonly FigureSeries[] {
    const salesPerValue = this.#salesPerValue;
    return [...this.#values].map(([name, { figure, values }]) => ({ name, figure, values, salesPerValue }));
  }
}
