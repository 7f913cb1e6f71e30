import { z } from 'zod';
import { bookedRows, faultsOfBooks } from '../till/books.ts';
import { ownAssignmentId } from './model-tags.ts';
import type { ModelRow, Write } from './model-words.ts';
import type { TillModel } from './till-model.ts';
import type { World } from './world.ts';

/** Where the till and its model do not agree, or the till breaks a rule by itself; empty where all is well. */
export async function disagreements(model: TillModel, real: World): Promise<readonly string[]> {
  real.assertWhole();
  return [
    ...faultsOfBooks(real.till.database),
    ...real.backend.faults,
    ...rowFaults(model, real),
    ...tagFaults(model, real),
    ...moneyFaults(model),
    ...viewFaults(model, real),
    ...endingFaults(model, real),
    ...(await drawerFaults(model, real)),
  ];
}

/** INV-04, INV-06, INV-07: the same transactions in the same states with the same numbers. */
function rowFaults(model: TillModel, real: World): readonly string[] {
  const found = bookedRows(real.till.database).map(
    ({ number, state, type, deltaMinor, uid, tagNumber }) =>
      `${number} ${type} ${state} ${deltaMinor} of ${uid} as ${tagNumber}`,
  );
  const wanted = model.rows.map(
    ({ number, state, type, deltaMinor, tag, tagNumber }) =>
      `${number} ${type} ${state} ${deltaMinor} of ${real.uid(tag)} as ${tagNumber}`,
  );
  return differing('row', wanted, found);
}

/** What a tag holds is what was written to it, to the unit, with who wrote it last. */
function tagFaults(model: TillModel, real: World): readonly string[] {
  const wanted = model.tags.map(({ condition, writes, balanceMinor, blocked, adjustmentNumber }) =>
    condition === 'issued'
      ? `${writes.length}: ${balanceMinor}, ${blocked}, ${adjustmentNumber}, ${historyOf(writes)}`
      : 'unreadable',
  );
  const found = real.tags().map((tag) => {
    if (tag === null) return 'unreadable';
    const history = tag.history.map(({ assignmentId, terminalTransactionNumber, amountMinor }) => ({
      assignmentId,
      number: terminalTransactionNumber,
      deltaMinor: amountMinor,
    }));
    const { transactionNumber, balanceMinor, blocked, adjustmentNumber } = tag;
    return `${transactionNumber}: ${balanceMinor}, ${blocked}, ${adjustmentNumber}, ${JSON.stringify(history)}`;
  });
  return differing('tag', wanted, found);
}

function historyOf(writes: readonly Write[]): string {
  return JSON.stringify(writes.slice(-3).reverse());
}

/** The model's own books: no money comes or goes, and a tag number belongs to one transaction of the till. */
function moneyFaults({ tags, rows }: TillModel): readonly string[] {
  return tags.flatMap((tag, index) => {
    const sum = tag.writes.reduce((total, { deltaMinor }) => total + deltaMinor, 0);
    const own = rows.filter((row) => row.tag === index);
    const isOn = ({ number }: ModelRow) =>
      tag.writes.filter((write) => write.assignmentId === ownAssignmentId && write.number === number).length;
    return [
      ...(sum === tag.balanceMinor ? [] : [`tag ${index} holds ${tag.balanceMinor} of ${sum}`]),
      ...own
        .filter((row) => row.state === 'Committed' && isOn(row) !== 1)
        .map(({ number }) => `${number} is not on its tag`),
      ...own.filter((row) => row.state === 'Aborted' && isOn(row) !== 0).map(({ number }) => `${number} is on its tag`),
    ];
  });
}

/** The window shows where the till stands, what is in the cart, and how much needs attention. */
function viewFaults(model: TillModel, { till }: World): readonly string[] {
  const { screen, cart, attentionCount, cashier } = till.view;
  const wanted = [model.screen, JSON.stringify(linesOf(model.desk.cart)), model.attentionCount, model.desk.cashier];
  const found = [screen.screen, JSON.stringify(linesOf(cart.lines)), attentionCount, cashier?.cashierId ?? null];
  return differing('view', wanted.map(String), found.map(String));
}

function linesOf(lines: readonly { productId: string | null; quantity: number; unitPriceMinor: number }[]) {
  return lines.map(({ productId, quantity, unitPriceMinor }) => [productId, quantity, unitPriceMinor]);
}

function endingFaults(model: TillModel, real: World): readonly string[] {
  return differing('ending', [JSON.stringify(model.ending)], [JSON.stringify(real.ending)]);
}

const cashSchema = z.object({ expectedMinor: z.int(), unknownMinor: z.int() });

/** The drawer: the float and what was Committed in this shift, and apart from it what nobody knows (protocol.md, "Cash"). */
async function drawerFaults(model: TillModel, { till }: World): Promise<readonly string[]> {
  if (model.desk.cashier !== 'sue' || model.desk.shift === null) return [];
  const report = await till.till.operations.shiftReport({});
  if (!report.ok) return [`no shift report: ${report.fault.code}`];
  const cash = cashSchema.parse(report.value.cash);
  const { expectedMinor, unknownMinor } = model.desk.drawer(model.rows);
  return differing('drawer', [`${expectedMinor}, ${unknownMinor}`], [`${cash.expectedMinor}, ${cash.unknownMinor}`]);
}

function differing(what: string, wanted: readonly string[], found: readonly string[]): readonly string[] {
  const count = Math.max(wanted.length, found.length);
  return Array.from({ length: count }, (_, index) => index).flatMap((index) =>
    wanted[index] === found[index] ? [] : [`${what} ${index}: ${found[index]} and not ${wanted[index]}`],
  );
}
