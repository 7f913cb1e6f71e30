import type { Action, ActionKind, Deed, Showing, Work } from './actions.ts';
import type { Chance } from './chance.ts';
import type { Flaw } from './field.ts';
import { mishap } from './mishaps.ts';
import type { Simulation } from './simulation.ts';
import type { Wristband } from './tags.ts';
import { type Temper, temperOf } from './temper.ts';
import type { TillDesk } from './till-desk.ts';

const amounts = [50, 300, 550, 600, 1_200, 1_250, 2_500, 4_000] as const;
const topUps = [1_000, 2_000, 5_000, 10_000] as const;
const regularCount = 2;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Decides what happens next: mostly what an event is full of, and often enough what nobody wants. */
export class Director {
  readonly #simulation: Simulation;
  readonly #chance: Chance;
  readonly #temper: Temper;
  /** What has to come next, where one thing leads to another. */
  #chain: readonly Action[] = [];

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#chance = simulation.chance.stream('director');
    this.#temper = temperOf(simulation.chance.stream('temper'));
  }

  next(): Action {
    const [following, ...rest] = this.#chain;
    this.#chain = rest;
    return following ?? this.#decide();
  }

  #decide(): Action {
    const desk = this.#chance.pick(this.#simulation.desks);
    const till = desk.till.index;
    if (!desk.isRunning) return this.#chance.percent(40) ? { kind: 'start', till } : this.#pass();
    if (desk.till.release.name === 'older' && this.#chance.percent(0.2)) return { kind: 'update', till };
    if (isHalted(desk) && this.#chance.percent(12)) return { kind: 'enrol-anew', till };
    if (this.#chance.percent(1.5)) this.#chain = this.#mishap(till);
    if (this.#chance.percent(38)) return this.#pass();
    if (this.#chance.percent(this.#temper.faults)) return this.#fault(till);
    return this.#atDesk(desk);
  }

  #mishap(till: number): readonly Action[] {
    const otherTill = (till + 1) % this.#simulation.desks.length;
    const [tagId, otherTagId] = [this.#wristband().tagId, this.#wristband().tagId];
    return mishap(this.#chance, { till, otherTill, tagId, otherTagId });
  }

  #pass(): Action {
    const spanMs = this.#chance.weighted({
      '20': 14,
      '90': 20,
      '350': 24,
      '1500': 22,
      '6000': 12,
      '35000': 5,
      '240000': 2,
    });
    return { kind: 'pass', spanMs: Number(spanMs) };
  }

  /** What a person at the till would do, by what is on its screen. */
  #atDesk(desk: TillDesk): Action {
    const till = desk.till.index;
    const { screen } = desk.running.view.screen;
    if (desk.isBusy && this.#chance.percent(4)) return this.#visit(desk);
    switch (screen) {
      case 'tap':
      case 'paying':
        return this.#chance.percent(desk.till.world.field.tag ? 20 : 75)
          ? { kind: 'show', till, showing: this.#showing(null) }
          : this.#chance.percent(40)
            ? { kind: 'cancel', till }
            : { kind: 'lift', till };
      case 'again':
        return this.#chance.percent(this.#temper.shownAgain)
          ? { kind: 'show', till, showing: this.#showing(this.#lastSeen(desk)) }
          : this.#chance.percent(50)
            ? { kind: 'dismiss', till }
            : { kind: 'show', till, showing: this.#showing(null) };
      case 'writing':
        return this.#chance.percent(30) ? { kind: 'lift', till } : this.#pass();
      default:
        return this.#visit(desk);
    }
  }

  #visit(desk: TillDesk): Action {
    const { field } = desk.till.world;
    const till = desk.till.index;
    if (field.tag && this.#chance.percent(40)) return { kind: 'lift', till };
    const { work, tag } = this.#work(desk);
    const showing = this.#chance.percent(85) ? this.#showing(tag) : null;
    return { kind: 'visit', till, work, firstTagOnly: this.#chance.percent(30), showing };
  }

  #work(desk: TillDesk): { readonly work: Work; readonly tag: Wristband } {
    const chance = this.#chance;
    const tag = this.#wristband();
    const shown = this.#simulation.model.tags.get(tag.tagId)?.image ?? null;
    if (!shown && chance.percent(85)) return { work: { work: 'issue' }, tag };
    const isPoor = (shown?.balanceMinor ?? 0) < 1_000;
    const kind = chance.weighted<Work['work']>({
      sell: isPoor ? 12 : 50,
      topUp: isPoor ? 40 : 12,
      refund: 4,
      reverseRefund: 2,
      chargeback: 5,
      block: 2,
      balance: 8,
      issue: 1,
      resolve: 4,
      collect: 5,
      repair: 1,
      replace: 1,
      ...(desk.running.view.openPayment ? { finishPayment: 12, voidPayment: 6 } : {}),
    });
    return { work: this.#details(kind, desk), tag };
  }

  #details(work: Work['work'], desk: TillDesk): Work {
    const chance = this.#chance;
    const anyNumber = () => Math.max(1, (desk.observer?.lastNumber ?? 1) - chance.below(6));
    switch (work) {
      case 'sell':
        return {
          work,
          amountMinor: chance.pick(amounts),
          taps: chance.percent(20) ? 2 : 1,
          openLoop: chance.percent(12),
        };
      case 'topUp':
        return { work, amountMinor: chance.pick(topUps), method: chance.percent(35) ? 'card' : 'cash' };
      case 'refund':
        return { work, amountMinor: chance.percent(50) ? null : chance.pick(amounts) };
      case 'reverseRefund':
      case 'chargeback':
        return { work, number: chance.percent(50) ? null : anyNumber() };
      case 'block':
        return { work, blocked: chance.percent(40) };
      case 'resolve':
        return { work, number: anyNumber() };
      case 'replace':
        return { work, lostUid: chance.pick(this.#simulation.wristbands.all).uid };
      case 'balance':
      case 'issue':
      case 'repair':
      case 'collect':
      case 'finishPayment':
      case 'voidPayment':
        return { work };
    }
  }

  /** Some guests go from till to till all day. */
  #wristband(): Wristband {
    const { all } = this.#simulation.wristbands;
    return this.#chance.percent(55) ? this.#chance.pick(all.slice(0, regularCount)) : this.#chance.pick(all);
  }

  /** Mostly long enough, sometimes torn off at any moment, sometimes left lying. */
  #showing(tag: Wristband | null): Showing {
    const { tagId } = tag ?? this.#wristband();
    const holdMs = this.#chance.percent(this.#temper.torn)
      ? this.#chance.between(1, 700)
      : this.#chance.percent(80)
        ? this.#chance.between(700, 3_000)
        : 20_000;
    return { tagId, afterMs: this.#chance.between(0, 300), holdMs };
  }

  /** The tag that the till wants to see again. */
  #lastSeen(desk: TillDesk): Wristband | null {
    const { screen } = desk.running.view;
    if (screen.screen !== 'again') return null;
    return this.#simulation.wristbands.all.find(({ uid }) => uid === screen.uid) ?? null;
  }

  #fault(till: number): Action {
    const chance = this.#chance;
    const kind = chance.weighted<ActionKind>({ ...this.#temper.weights, ...this.#tampering() });
    switch (kind) {
      case 'kill':
        return { kind, till, moments: chance.percent(25) ? 0 : chance.between(1, 60) };
      case 'flaw':
        return { kind, till, flaw: chance.pick<Flaw>(['not-taken', 'half-taken', 'garbled-answer', 'no-answer']) };
      case 'partition':
        return { kind, till, forMs: chance.pick(this.#temper.partitionsMs) };
      case 'weather':
        return { kind, till, isFoul: chance.percent(60) };
      case 'clock':
        return {
          kind,
          till,
          jumpMs: chance.pick([-2 * hourMs, -60_000, 1_000, 24 * hourMs]),
          driftPerMillion: chance.between(-200, 200),
        };
      case 'backend-dies':
        return { kind, statements: chance.between(1, 30), downMs: chance.pick([1_000, 15_000, 3 * minuteMs]) };
      case 'night':
        return { kind, forMs: chance.pick([8 * hourMs, 48 * hourMs]) };
      case 'provider':
        return { kind, isReachable: chance.percent(60) };
      case 'operator':
        return { kind, deed: this.#deed() };
      case 'clone':
        return { kind, tagId: chance.pick(this.#simulation.wristbands.all).tagId };
      case 'roll-back':
        return { kind, tagId: chance.pick(this.#simulation.wristbands.all).tagId, steps: chance.between(1, 3) };
      case 'corrupt':
        return { kind, tagId: chance.pick(this.#simulation.wristbands.all).tagId, offset: chance.below(144) };
      case 'reader-host':
      case 'stop':
        return { kind, till };
      default:
        return { kind: 'jobs' };
    }
  }

  /** Every third run has a thief in it; in the others tags only break by themselves. */
  #tampering(): Partial<Record<ActionKind, number>> {
    const { seed } = this.#simulation.options;
    const isCrowded = this.#simulation.wristbands.all.length > 14;
    if (seed % 3 !== 0) return seed % 3 === 1 ? {} : { corrupt: 1 };
    return { clone: isCrowded ? 0 : 1.5, 'roll-back': 2.5, corrupt: 1.5 };
  }

  #deed(): Deed {
    const chance = this.#chance;
    const { wristbands, books } = this.#simulation;
    const { uid } = chance.pick(wristbands.all);
    const deed = chance.weighted<Deed['deed']>({
      'admin-top-up': 22,
      'online-top-up': 14,
      block: 3,
      unblock: 8,
      resolve: 12,
      'end-payment': 3,
      'dismiss-rejections': 20,
    });
    switch (deed) {
      case 'admin-top-up':
      case 'online-top-up':
        return { deed, uid, amountMinor: chance.pick(topUps) };
      case 'resolve': {
        const open = [...books.known.values()].filter(
          ({ state }) => state === 'TerminalConfirmUnknown' || state === 'Reserve',
        );
        const key = open.length > 0 ? chance.pick(open).key : '1/1';
        return { deed, key, to: chance.percent(60) ? 'Committed' : 'Aborted' };
      }
      case 'end-payment':
        return { deed, to: chance.percent(20) ? 'Committed' : 'Aborted' };
      default:
        return { deed, uid };
    }
  }
}

/** It says itself that it may not go on, or has not been enrolled yet. */
const isHalted = ({ observer, fork }: TillDesk): boolean => observer === null && fork?.haltedCode !== null;
