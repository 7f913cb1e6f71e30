import path from 'node:path';
import type { ResultEnvelope, Secrets } from '../../contract/ipc/envelope.ts';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { ReaderKind, ReaderState } from '../../contract/ipc/reader.ts';
import type { SimulatorCommand, SimulatorView } from '../../contract/ipc/simulator.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';
import { trainingFolderName } from '../../contract/settings/till-settings.ts';
import type { LaunchOptions } from './launch-options.ts';
import { log } from './log.ts';
import { ReaderChoice, readerSearchMs } from './reader-choice.ts';
import { ReaderLink } from './reader-link.ts';
import { RestartDelay } from './restart-delay.ts';
import { SecretsAtRest } from './secrets-at-rest.ts';
import { isSpoilt, setAside } from './set-aside.ts';
import { firstView, viewWithoutTill } from './starting-view.ts';
import { TillLink } from './till-link.ts';

/** What the till needs to finish a write, clean up and close (requirements.md 3.2). */
const tillStopMs = 5_000;

export interface ComposerEvents {
  viewChanged(view: TillView): void;
  simulatorChanged(view: SimulatorView | null): void;
}

/**
 * Starts, restarts and stops the two hosts and passes their messages on. It knows nothing of money and tags, only who is
 * alive; its one memory is the last view of each, so that a reloaded window shows the same.
 */
export class Composer {
  private readonly options: LaunchOptions;
  private readonly events: ComposerEvents;
  private readonly secrets: SecretsAtRest;
  private readonly choice: ReaderChoice;
  private readonly tillDelay = new RestartDelay();
  private readonly readerDelay = new RestartDelay();
  private till: TillLink | null = null;
  private reader: ReaderLink | null = null;
  private lastView: TillView;
  private lastSimulatorView: SimulatorView | null = null;
  private isStopping = false;
  private isTraining = false;
  private readerState: ReaderState = 'starting';
  /** The data is moved while no host runs. */
  private isSettingAside = false;
  private searchTimer: NodeJS.Timeout | null = null;

  constructor(options: LaunchOptions, events: ComposerEvents) {
    this.options = options;
    this.events = events;
    this.secrets = new SecretsAtRest(options.dataFolder);
    this.choice = new ReaderChoice(options.settings.reader.kind);
    this.lastView = firstView(this.choice.kind, new Date().toISOString());
  }

  get view(): TillView {
    return this.lastView;
  }

  /** Where the till that runs now has its data. */
  get runningFolder(): string {
    return this.isTraining ? path.join(this.options.dataFolder, trainingFolderName) : this.options.dataFolder;
  }

  /** Null unless the reader is the simulated one. */
  get simulatorView(): SimulatorView | null {
    return this.lastSimulatorView;
  }

  start(): void {
    this.startTill();
    this.startReader();
  }

  call(operation: string, request: unknown): Promise<ResultEnvelope> {
    return this.till?.call(operation, request) ?? Promise.resolve(notRunning('TILL_STOPPED'));
  }

  simulate(command: SimulatorCommand): Promise<ResultEnvelope> {
    return this.reader?.simulate(command) ?? Promise.resolve(notRunning('READER_UNAVAILABLE'));
  }

  /**
   * Ends both hosts and starts them on the training's own database and simulated tags, or back on the real ones. Not in the
   * middle of anything.
   */
  async practise(isTraining: boolean): Promise<ResultEnvelope> {
    const { screen } = this.lastView.screen;
    const isIdle = ['sale', 'done', 'refused', 'unknown', 'halted'].includes(screen);
    if (!isIdle || this.lastView.till === null) return notNow();
    if (isTraining !== this.isTraining) {
      this.isTraining = isTraining;
      log('info', isTraining ? 'training begins' : 'training ends');
      await this.till?.stop(tillStopMs);
    }
    return { ok: true, result: {} };
  }

  /** Puts data that cannot be gone on with out of the way, at the next moment in which no till host uses it. */
  async startAfresh(): Promise<ResultEnvelope> {
    if (!isSpoilt(this.lastView)) return notNow();
    this.isSettingAside = true;
    await this.till?.stop(tillStopMs);
    return { ok: true, result: {} };
  }

  /** The till first: it may need the reader to finish a write. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.till?.stop(tillStopMs);
    await this.reader?.stop();
  }

  /** Training never touches a real tag. */
  private get readerKind(): ReaderKind {
    return this.isTraining ? 'simulated' : this.choice.kind;
  }

  private startTill(): void {
    this.till = new TillLink(
      {
        dataFolder: this.options.dataFolder,
        readerKind: this.readerKind,
        replication: 'background',
        training: this.isTraining,
        secretStore: this.secrets.open(),
      },
      {
        message: (message) => {
          switch (message.kind) {
            case 'view':
              return this.showView(message.view);
            case 'reader':
              return this.reader?.post({ kind: 'reader', command: message.command });
            case 'keep-secrets':
              return this.till?.post({
                kind: 'secrets-kept',
                id: message.id,
                envelope: this.keepSecrets(message.secrets),
              });
            case 'reader-host-stuck':
              return this.reader?.kill();
            case 'ready':
              return log('info', 'till host is ready');
            case 'failed':
              return log('error', 'till host cannot start', { ...message.fault });
            case 'step':
              // Steps are for the command line; a window shows views.
              return;
            default:
              return message satisfies never;
          }
        },
        gone: (reason, fault) => void this.tillGone(reason, fault),
      },
    );
  }

  /**
   * The reader host knew the dead till host's numbers: it ends too, before the next pair begins. A till that said why it
   * cannot start is tried again as well, since what stands in its way (another till on the same data) may go away.
   */
  private async tillGone(reason: string, fault: Fault | null): Promise<void> {
    const ranMs = performance.now() - (this.till?.startedMs ?? 0);
    this.till = null;
    if (this.isStopping) return;
    log('error', 'till host is gone', { reason });
    this.showView(viewWithoutTill(this.lastView, fault));
    const delayMs = this.tillDelay.afterDeath(ranMs);
    const reader = this.reader;
    this.reader = null;
    await Promise.all([reader?.stop(), new Promise((resolve) => setTimeout(resolve, delayMs))]);
    if (this.isStopping) return;
    this.setAsideIfWanted();
    this.startTill();
    this.startReader();
  }

  private setAsideIfWanted(): void {
    if (!this.isSettingAside) return;
    this.isSettingAside = false;
    try {
      log('warn', 'the data is set aside; the till starts afresh', {
        folder: setAside(this.options.dataFolder, new Date()),
      });
    } catch (error) {
      log('error', 'the data could not be set aside', {
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }

  private startReader(): void {
    const { settings } = this.options;
    const dataFolder = this.isTraining
      ? path.join(this.options.dataFolder, trainingFolderName)
      : this.options.dataFolder;
    const reader: ReaderLink = new ReaderLink(
      {
        readerKind: this.readerKind,
        readerName: settings.reader.name === '' ? null : settings.reader.name,
        dataFolder,
        simulatedTag: null,
      },
      {
        message: (message) => {
          // What a replaced reader still says is about tags nobody waits for.
          if (this.reader !== reader) return;
          switch (message.kind) {
            case 'reader':
              this.till?.post({ kind: 'reader', event: message.event });
              if (message.event.kind === 'state') this.considerReader(reader, message.event.state);
              return;
            case 'simulator-view':
              return this.showSimulator(message.view);
            default:
              return message satisfies never;
          }
        },
        gone: (reason) => this.readerGone(reader, reason),
      },
    );
    this.reader = reader;
    if (reader.readerKind !== 'simulated') this.showSimulator(null);
  }

  private considerReader(reader: ReaderLink, state: ReaderState): void {
    this.readerState = state;
    if (this.choice.stateSeen(state)) {
      this.replaceReader(reader, `no PC/SC reader: ${state}`);
      return;
    }
    if (state !== 'missing' || this.searchTimer !== null) return;
    this.searchTimer = setTimeout(() => {
      if (this.reader === reader && this.choice.searchTimeOver(this.readerState)) {
        this.replaceReader(reader, 'no PC/SC reader found');
      }
    }, readerSearchMs);
  }

  private replaceReader(old: ReaderLink, reason: string): void {
    log('info', 'the simulated reader is used', { reason });
    this.reader = null;
    this.till?.post({ kind: 'reader-host-gone', detail: reason });
    void old.stop().then(() => {
      if (!this.isStopping && this.reader === null && this.till !== null) this.startReader();
    });
  }

  private readerGone(gone: ReaderLink, reason: string): void {
    if (this.reader !== gone) return;
    this.reader = null;
    if (this.isStopping) return;
    log('error', 'reader host is gone', { reason });
    if (this.choice.hostGone()) log('info', 'the simulated reader is used', { reason });
    this.till?.post({ kind: 'reader-host-gone', detail: reason });
    setTimeout(
      () => {
        if (!this.isStopping && this.reader === null && this.till !== null) this.startReader();
      },
      this.readerDelay.afterDeath(performance.now() - gone.startedMs),
    );
  }

  private keepSecrets(secrets: Secrets): ResultEnvelope {
    try {
      this.secrets.keep(secrets);
      return { ok: true, result: {} };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log('error', 'the secrets could not be sealed', { reason });
      return { ok: false, fault: { code: 'INTERNAL', message: `The secrets could not be sealed: ${reason}` } };
    }
  }

  private showView(view: TillView): void {
    this.lastView = view;
    this.events.viewChanged(view);
  }

  private showSimulator(view: SimulatorView | null): void {
    this.lastSimulatorView = view;
    this.events.simulatorChanged(view);
  }
}

function notNow(): ResultEnvelope {
  return { ok: false, fault: { code: 'BUSY', message: 'The till is in the middle of something.' } };
}

function notRunning(code: 'TILL_STOPPED' | 'READER_UNAVAILABLE'): ResultEnvelope {
  return { ok: false, fault: { code, message: 'It is being started again.' } };
}
