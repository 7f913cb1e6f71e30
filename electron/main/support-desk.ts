import fs from 'node:fs';
import path from 'node:path';
import { app, type BrowserWindow, dialog } from 'electron';
import { z } from 'zod';
import { diagnosticsSchema } from '../../contract/ipc/diagnostics.ts';
import type { ResultEnvelope } from '../../contract/ipc/envelope.ts';
import {
  type About,
  fromSupportHostSchema,
  type SupportCommand,
  type SupportView,
  type ToSupportHost,
} from '../../contract/ipc/support.ts';
import { type HostProcess, startHost } from './host-process.ts';
import { log, recentLog } from './log.ts';

export interface SupportDeskParts {
  /** Of the till that runs now: in training, of that. */
  dataFolder(): string;
  call(operation: 'diagnostics', request: unknown): Promise<ResultEnvelope>;
  window(): BrowserWindow | null;
  onChange(view: SupportView): void;
}

const nothing: SupportView = { work: 'none', progress: null, checked: null, exported: null, fault: null };

/**
 * Looking for a fault: one check or export at a time, in a process of its own that may be ended at any step. The till goes on
 * selling meanwhile and does not know of it.
 */
export class SupportDesk {
  private readonly parts: SupportDeskParts;
  private host: HostProcess | null = null;
  private current: SupportView = nothing;

  constructor(parts: SupportDeskParts) {
    this.parts = parts;
  }

  get view(): SupportView {
    return this.current;
  }

  get about(): About {
    const { electron = '', chrome = '' } = process.versions;
    return { electron, chromium: chrome };
  }

  async command(command: SupportCommand): Promise<ResultEnvelope> {
    switch (command) {
      case 'check':
        if (this.current.work !== 'none') return busy;
        this.begin('check', { kind: 'check', dataFolder: this.parts.dataFolder() });
        return done;
      case 'export':
        return this.current.work === 'none' ? await this.export() : busy;
      case 'cancel':
        this.stop();
        return done;
      default:
        return command satisfies never;
    }
  }

  stop(): void {
    if (this.current.work !== 'none') this.end({});
  }

  private async export(): Promise<ResultEnvelope> {
    const file = await this.chooseFile();
    if (file === null) return done;
    // Whoever chose a file waited for nobody: somebody may have begun a check meanwhile.
    if (this.current.work !== 'none') return busy;
    const facts = await this.facts();
    this.begin('export', { kind: 'export', dataFolder: this.parts.dataFolder(), file, facts });
    return done;
  }

  /** What only the running application knows; of a till that cannot start, why. */
  private async facts(): Promise<Extract<ToSupportHost, { kind: 'export' }>['facts']> {
    const envelope = await this.parts.call('diagnostics', {});
    const diagnostics = envelope.ok ? diagnosticsSchema.parse(envelope.result) : envelope.fault;
    // Through JSON, as it is going to be written: a structured clone would also carry what JSON has not.
    return z.json().parse(JSON.parse(JSON.stringify({ about: this.about, diagnostics, log: recentLog() })));
  }

  private async chooseFile(): Promise<string | null> {
    const window = this.parts.window();
    if (window === null) return null;
    const folder = path.join(app.getPath('documents'), 'Klink');
    await fs.promises.mkdir(folder, { recursive: true });
    const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, '-');
    const defaultPath = path.join(folder, `klink-support-${stamp}.jsonl.gz`);
    const chosen = await dialog.showSaveDialog(window, { defaultPath });
    return chosen.canceled || !chosen.filePath ? null : chosen.filePath;
  }

  private begin(work: 'check' | 'export', message: ToSupportHost): void {
    const host = startHost('support-host');
    this.host = host;
    this.show({ work, progress: { done: 0, total: 1 }, fault: null });
    host.onMessage((raw) => {
      if (this.host === host) this.receive(raw);
    });
    host.onExit((reason) => {
      // What an export leaves behind that was ended in the middle.
      if (message.kind === 'export') fs.rmSync(`${message.file}.unfinished`, { force: true });
      if (this.host !== host) return;
      log('error', 'the support host is gone', { reason });
      this.host = null;
      this.end({ fault: { code: 'INTERNAL', message: `The process that looks at the database is gone: ${reason}.` } });
    });
    host.post(message);
  }

  private receive(raw: unknown): void {
    const parsed = fromSupportHostSchema.safeParse(raw);
    if (!parsed.success) {
      log('error', 'the support host said something out of the contract', { problem: parsed.error.message });
      this.stop();
      return;
    }
    const message = parsed.data;
    const at = new Date().toISOString();
    switch (message.kind) {
      case 'progress':
        this.show({ progress: message.progress });
        return;
      case 'checked':
        this.end({ checked: { at, findings: message.findings } });
        return;
      case 'exported':
        this.end({ exported: { at, file: message.file, sizeBytes: message.sizeBytes } });
        return;
      case 'failed':
        this.end({ fault: message.fault });
        return;
      default:
        message satisfies never;
    }
  }

  private end(result: Partial<SupportView>): void {
    const { host } = this;
    this.host = null;
    host?.kill();
    this.show({ ...result, work: 'none', progress: null });
  }

  private show(changed: Partial<SupportView>): void {
    this.current = { ...this.current, ...changed };
    this.parts.onChange(this.current);
  }
}

const done: ResultEnvelope = { ok: true, result: {} };
const busy: ResultEnvelope = {
  ok: false,
  fault: { code: 'BUSY', message: 'A check or an export is going on already.' },
};
