import { deniedBalance, whatTheTagSays, writeOn } from './model-tags.ts';
import type { Aftermath, ModelRow, Work } from './model-words.ts';
import type { TillModel } from './till-model.ts';

/**
 * Takes over what was found after a tag was shown and something went wrong: torn off, or the reader gone.
 * @throws where what was found is nothing that the rules allow
 */
export function takeOver(model: TillModel, index: number, aftermath: Aftermath): void {
  const work = model.working();
  takeOverDisk(model, work, index, aftermath);
  if (aftermath.isRead || aftermath.ending?.result === 'done') model.settledMeanwhile(index);
  work.attempts = aftermath.attempts;
  goOn(model, work, index, aftermath);
  model.remove();
}

/** The same where the till was killed: the next one finds only what is on the disk, and cleans up (3.2, no tag). */
export function takeOverKilled(model: TillModel, index: number | null, aftermath: Aftermath): void {
  if (model.work && index !== null) takeOverDisk(model, model.work, index, aftermath);
  for (const { number, state, isWriteStarted } of aftermath.rows) {
    const row = model.rows[number - 1];
    if (!row || row.state !== state) throw new Error(`row ${number} is ${state} after the kill, not ${row?.state}`);
    if (state === 'Open' || (state === 'TerminalConfirmStarted' && !isWriteStarted)) row.state = 'Aborted';
    else if (state === 'TerminalConfirmStarted') row.state = 'TerminalConfirmUnknown';
  }
  model.restart();
}

function takeOverDisk(model: TillModel, work: Work, index: number, aftermath: Aftermath): void {
  takeOverResolved(model, index, aftermath);
  takeOverRow(model, work, index, aftermath);
  takeOverWrite(model, work, index, aftermath);
}

function takeOverResolved(model: TillModel, index: number, { rows }: Aftermath): void {
  const before = model.rows.filter(({ tag, state }) => tag === index && state === 'TerminalConfirmUnknown');
  const stillUnknown = before.filter(({ number }) => rows[number - 1]?.state === 'TerminalConfirmUnknown');
  model.resolve(index);
  for (const row of stillUnknown) row.state = 'TerminalConfirmUnknown';
}

function takeOverRow(model: TillModel, work: Work, index: number, { rows }: Aftermath): void {
  const { wish } = work;
  if (rows.length > model.rows.length && wish.kind !== 'issue' && wish.kind !== 'balance') {
    const charge = model.charge(wish, index);
    if (typeof charge === 'string') throw new Error(`a number was drawn although ${charge}`);
    model.open(work, index, charge);
  }
  if (rows.length !== model.rows.length) throw new Error(`${rows.length} rows, of which ${model.rows.length} can be`);
}

function takeOverWrite(model: TillModel, work: Work, index: number, { rows, tagNumber }: Aftermath): void {
  const { row } = work;
  const tag = model.tag(index);
  if (tag.condition === 'blank' && tagNumber !== null) {
    tag.condition = 'issued';
    work.madeTag = index;
  }
  const found = rows[(row?.number ?? 0) - 1];
  if (!row || !found) return;
  const isWritten = row.tag === index && tag.condition === 'issued' && tagNumber === tag.writes.length + 1;
  if (isWritten && !found.isWriteStarted) throw new Error('the tag was written before it was on the disk (Q51)');
  if (isWritten) writeOn(tag, row);
  if (found.state === 'Committed' && whatTheTagSays(model.tag(row.tag), row) !== 'written')
    throw new Error('Committed, and the tag does not say so');
  row.state = found.state;
}

/** Where the work stands, now that the tag has left. */
function goOn(model: TillModel, work: Work, index: number, aftermath: Aftermath): void {
  const { row } = work;
  if (row) goOnWithRow(model, work, row, index, aftermath.rows[row.number - 1]?.isWriteStarted ?? false);
  else goOnWithoutRow(model, work, index, aftermath);
}

function goOnWithRow(model: TillModel, work: Work, row: ModelRow, index: number, isWriteStarted: boolean): void {
  switch (row.state) {
    case 'Committed':
      model.end('committed', null);
      break;
    case 'Aborted':
      model.end('aborted', whyAborted(model, work, row, index, isWriteStarted));
      break;
    case 'TerminalConfirmUnknown':
      model.end('unknown', 'OUTCOME_UNKNOWN');
      break;
    case 'TerminalConfirmStarted':
      work.phase = isWriteStarted ? 'again' : 'second-tap';
      model.screen = isWriteStarted ? 'again' : 'tap';
      break;
    case 'Open':
      throw new Error('a tag was shown, and its transaction is still open');
  }
}

function goOnWithoutRow(model: TillModel, work: Work, index: number, { ending }: Aftermath): void {
  if (!ending) return;
  const refused = ending.result === 'refused' && model.refusedTag(work, index, []);
  if (ending.code === 'EARLIER_COMMITTED' || typeof refused === 'string')
    model.end('refused', typeof refused === 'string' ? refused : 'EARLIER_COMMITTED');
  else model.end('done', null);
}

function whyAborted(model: TillModel, work: Work, row: ModelRow, index: number, isWriteStarted: boolean): string {
  const tag = model.tag(row.tag);
  if (isWriteStarted) return whatTheTagSays(tag, row) === 'not-written' ? 'TAG_WRITE_FAILED' : 'TAG_CHANGED';
  if (index !== row.tag) return 'TAG_OTHER';
  if (work.phase === 'second-tap') return model.tag(index).condition === 'issued' ? 'TAG_CHANGED' : 'TAG_CORRUPT';
  return deniedBalance(tag, row) ?? model.deniedReservation(row) ?? 'nothing known';
}
