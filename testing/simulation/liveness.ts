import { apply } from './apply-action.ts';
import { demand } from './money-model.ts';
import { fairWeather } from './network.ts';
import type { Simulation } from './simulation.ts';

type Row = NonNullable<ReturnType<Simulation['model']['row']>>;

const historyLength = 3;
const quietMs = 150_000;
/** Longer than the longest pause between two questions about a payment, with the jobs' own before it. */
const idleAskMs = 40 * 60_000;
/** A request that was doubled, and a card that pays late, may take so long. */
const lateRequestMs = 240_000;
const lateCardMs = 62 * 60_000;

/**
 * The end of a run: nothing breaks any more, every tag is shown at every till once, and all has to come right – every journal
 * is with the backend, every unknown transaction that a tag can decide is decided, tags and books agree.
 */
export async function finish(simulation: Simulation): Promise<void> {
  await calm(simulation);
  await enrolForked(simulation);
  await showEverywhere(simulation);
  await giveBack(simulation);
  // Nobody stands and waits for it any more: till and backend ask ever later (Q12).
  const isAskedAbout = simulation.desks.some((desk) => desk.running.view.openPayment);
  if (isAskedAbout || (await simulation.online.isAskedAbout())) await simulation.pass(idleAskMs);
  await simulation.pass(quietMs);
  await simulation.jobs.round();
  await simulation.pass(quietMs);
  await simulation.tap.compare();
  for (const desk of simulation.desks) await sealed(simulation, desk.till.index);
  await simulation.online.agree();
  await agreed(simulation);
}

async function calm(simulation: Simulation): Promise<void> {
  const { desks, backend, provider } = simulation;
  for (const { till } of desks) {
    till.running?.life.spare();
    till.clock.correct();
    till.world.line.weather = fairWeather;
    till.world.line.isCut = false;
    till.world.field.flaw = null;
    till.world.field.takeAway();
  }
  provider.isReachable = true;
  backend.restart();
  const isWaitedFor = [...provider.charges.values()].some(({ status }) => status === 'pending');
  await simulation.pass(isWaitedFor ? lateCardMs : lateRequestMs);
  for (const desk of desks) if (!desk.isRunning) simulation.startTill(desk);
  await simulation.pass(quietMs);
}

/** A till whose disk was put back has found it out by itself (ingest rule 2), and goes on under another assignment. */
async function enrolForked(simulation: Simulation): Promise<void> {
  for (const desk of simulation.desks) {
    const { fork, till } = desk;
    if (fork)
      demand(fork.haltedCode !== null, 'liveness', `till ${till.index} has not noticed that its disk was put back`);
    if (!desk.observer) await apply(simulation, { kind: 'enrol-anew', till: till.index });
    demand(desk.observer !== null, 'liveness', `till ${till.index} cannot be enrolled again`);
  }
}

/** Whoever has an unknown transaction sees its tag again, and every till has heard what every other has seen. */
async function showEverywhere(simulation: Simulation): Promise<void> {
  for (const tag of simulation.wristbands.all) {
    for (const desk of simulation.desks) {
      await apply(simulation, {
        kind: 'visit',
        till: desk.till.index,
        work: { work: 'balance' },
        firstTagOnly: true,
        showing: { tagId: tag.tagId, afterMs: 10, holdMs: 4_000 },
      });
      await simulation.pass(6_000);
      demand(!desk.isBusy, 'liveness', `till ${desk.till.index} does not come to an end with ${tag.tagId}`);
    }
  }
}

/** What a card has paid and no tag has taken is given back. */
async function giveBack(simulation: Simulation): Promise<void> {
  for (const desk of simulation.desks) {
    if (!desk.running.view.openPayment) continue;
    const till = desk.till.index;
    await apply(simulation, { kind: 'visit', till, work: { work: 'voidPayment' }, firstTagOnly: true, showing: null });
    await simulation.pass(60_000);
    demand(!desk.isBusy, 'liveness', `till ${till} does not come to an end with giving a card its money back`);
  }
}

async function sealed(simulation: Simulation, index: number): Promise<void> {
  const desk = simulation.desks[index];
  if (!desk?.observer) return;
  const { assignmentId, seal } = desk.observer;
  const backend = simulation.books.seals.get(assignmentId);
  const isSame = backend?.seq === seal.seq && backend.hash === seal.hash;
  demand(isSame, 'liveness', `till ${index} has ${seal.seq} entries, the backend ${backend?.seq}`);
  const status = await desk.running.operations.status({});
  demand(status.ok && status.value.unsentCount === 0, 'liveness', `till ${index} has not heard that all is sent`);
  demand(status.ok && status.value.unfinishedCount === 0, 'liveness', `till ${index} has something unfinished`);
}

/** A tag holds what is booked for its UID, unless something that nobody can decide stands in between. */
async function agreed(simulation: Simulation): Promise<void> {
  const { model, books, provider } = simulation;
  for (const row of model.rows.values()) {
    const name = `${row.assignmentId}/${row.number}`;
    if (model.tampered.has(row.uid) || model.misjudged.has(row.uid) || model.lost.has(row.assignmentId)) continue;
    const isFinal = row.state === 'Committed' || row.state === 'Aborted';
    const isLeft = !isFinal && !isDecidable(simulation, row, name);
    if (isLeft) simulation.tally.work('left to an operator');
    demand(
      isFinal || isLeft,
      'liveness',
      `${name}, number ${row.tagNumber} of ${row.uid}, is still ${row.state} (a ${row.type} by ${row.method}, written on ${row.writtenOn}), in the books ${books.known.get(name)?.state}`,
    );
    const known = books.known.get(name);
    demand(
      known?.state === row.state,
      'liveness',
      `${name} is ${row.state} at its till and ${known?.state} in the books`,
    );
  }
  for (const row of model.rows.values()) {
    if (row.method !== 'card' || model.misjudged.has(row.uid) || model.tampered.has(row.uid)) continue;
    if (model.lost.has(row.assignmentId)) continue;
    const paid = provider.paidMinor(`${row.assignmentId}/${row.number}`);
    const wanted = row.state === 'Committed' ? row.amountMinor : 0;
    demand(
      paid === wanted,
      'cards and books',
      `${row.assignmentId}/${row.number} is ${row.state}, its card has paid ${paid}`,
    );
  }
  for (const { uid, image } of model.tags.values()) {
    if (model.tampered.has(uid) || model.misjudged.has(uid) || image === null) continue;
    // A tag that was replaced is worth nothing any more, whatever it shows.
    if (books.replacements.has(uid)) continue;
    const booked = (books.balances.get(`customer:${uid}`) ?? 0) + books.handedOutMinor(uid);
    const expected =
      image.balanceMinor +
      model.uncollectedMinor(uid, image.adjustmentNumber) +
      (await neverWrittenMinor(simulation, uid));
    demand(booked === expected, 'tags and books', `${uid} holds or awaits ${expected}, booked are ${booked}`);
  }
}

/**
 * What was handed out with a tag in a lost one's place and is not on it, because it was torn off before and another till, which
 * knew of nothing, issued it: an operator has to have been told (money rule 2).
 */
async function neverWrittenMinor({ model, books, backend, tally }: Simulation, uid: string): Promise<number> {
  const handedOutMinor = books.handedOutMinor(uid);
  const begun = model.begun.get(uid);
  if (handedOutMinor === 0 || begun?.generation !== 1 || begun.balanceMinor !== 0) return 0;
  tally.work('a replacement left to an operator');
  const told = await backend.query("SELECT 1 FROM alert WHERE code = 'REPLACEMENT_NOT_WRITTEN' AND subject = $1", [
    uid,
  ]);
  demand(
    told.length > 0,
    'liveness',
    `${uid} was issued without the ${handedOutMinor} it was to have, and nobody knows`,
  );
  return handedOutMinor;
}

/** Q9: its own till can tell from the tag while the history reaches so far; else somebody must have shown whose the number is. */
function isDecidable({ model, books }: Simulation, row: Row, key: string): boolean {
  const reach = row.tagNumber + historyLength - 1;
  const isSeenHere = [...model.tags.values()].some(
    ({ uid, image }) => uid === row.uid && image?.generation === row.generation && image.transactionNumber <= reach,
  );
  return isSeenHere || (row.method !== 'card' && books.hasEvidence(key));
}
