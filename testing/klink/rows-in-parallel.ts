/**
 * Works off the rows of a matrix, `workers.length` at a time, each worker with things of its own (its reader, its service).
 * The first row that throws ends all of it.
 */
export async function inParallel<Worker, Row>(
  workers: readonly Worker[],
  rows: readonly Row[],
  work: (worker: Worker, row: Row) => Promise<void>,
): Promise<void> {
  const left = [...rows];
  await Promise.all(
    workers.map(async (worker) => {
      for (let row = left.shift(); row !== undefined; row = left.shift()) await work(worker, row);
    }),
  );
}
