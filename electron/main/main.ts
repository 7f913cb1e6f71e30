// The application: starts the two hosts through the composer, shows the till's window, and stops both in order.
import fs from 'node:fs';
import path from 'node:path';
import { app, type BrowserWindow, dialog, Menu, session } from 'electron';
import envPaths from 'env-paths';
import {
  printerViewChangedChannel,
  simulatorChangedChannel,
  supportViewChangedChannel,
  viewChangedChannel,
} from '../../contract/ipc/channels.ts';
import { registerAppScheme, serveApp } from './app-protocol.ts';
import { Composer } from './composer.ts';
import { CustomerWindow } from './customer-window.ts';
import { type LaunchOptions, readLaunchOptions } from './launch-options.ts';
import { log } from './log.ts';
import { answerPrinterCalls } from './printer-calls.ts';
import { ReceiptDesk } from './receipt-desk.ts';
import { answerReceiptPages } from './receipt-window.ts';
import { answerSupportCalls } from './support-calls.ts';
import { SupportDesk } from './support-desk.ts';
import { confine, confineContents, openTillWindow } from './till-window.ts';
import { watchBundles } from './watch-bundles.ts';
import { answerWindowCalls, callsOf } from './window-calls.ts';

// Where the graphics driver is none or a bad one, the window may never appear: everything is drawn without it then.
if (process.env['KLINK_NO_GPU'] !== undefined) app.commandLine.appendSwitch('disable-gpu');
registerAppScheme();
const options = launchOptions();
if (options !== null) run(options);

/** Null, and the application ends, when it was started with something that makes no sense. */
function launchOptions(): LaunchOptions | null {
  try {
    const dataFolder = path.join(envPaths('klink', { suffix: '' }).data, 'till');
    return readLaunchOptions(process.argv.slice(1), process.env, dataFolder);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log('error', message);
    if (process.env['KLINK_NO_DIALOGS'] === undefined) dialog.showErrorBox('Klink', message);
    app.exit(2);
    return null;
  }
}

function run(options: LaunchOptions): void {
  fs.mkdirSync(options.dataFolder, { recursive: true, mode: 0o700 });
  // The window's own memory belongs to the till, and so one window per till is what the lock below allows.
  app.setPath('userData', path.join(options.dataFolder, 'window'));
  if (!app.requestSingleInstanceLock()) {
    log('warn', 'this till is open already; its window comes to the front', { dataFolder: options.dataFolder });
    app.exit(0);
    return;
  }
  let window: BrowserWindow | null = null;
  let customer: CustomerWindow | null = null;
  const send = (channel: string, value: unknown): void => {
    if (window !== null && !window.isDestroyed()) window.webContents.send(channel, value);
  };
  const composer = new Composer(options, {
    viewChanged: (view) => {
      send(viewChangedChannel, view);
      customer?.show(view);
      receipts.viewChanged(view);
    },
    simulatorChanged: (view) => send(simulatorChangedChannel, view),
  });

  const receipts = new ReceiptDesk({
    dataFolder: options.dataFolder,
    settings: options.settings.receipts,
    call: (operation, request) => composer.call(operation, request),
    window: () => window,
    onChange: (view) => send(printerViewChangedChannel, view),
  });

  const support = new SupportDesk({
    dataFolder: () => composer.runningFolder,
    call: (operation, request) => composer.call(operation, request),
    window: () => window,
    onChange: (view) => send(supportViewChangedChannel, view),
  });

  app.on('web-contents-created', (_event, contents) => confineContents(contents));
  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('window-all-closed', () => app.quit());
  stopBeforeQuit(composer, [receipts, support]);

  void app.whenReady().then(() => {
    log('info', 'started', { electron: process.versions.electron, dataFolder: options.dataFolder });
    if (process.platform !== 'darwin') Menu.setApplicationMenu(null);
    confine(session.defaultSession);
    serveApp(session.defaultSession, path.join(__dirname, '../renderer'));
    const handle = callsOf(() => window);
    answerWindowCalls(composer, handle);
    answerReceiptPages();
    answerPrinterCalls(receipts, handle);
    answerSupportCalls(support, handle);
    composer.start();
    window = openTillWindow(options.settings);
    customer = new CustomerWindow(() => composer.view);
    customer.open(options.settings);
    // The customer's display alone is no till: it goes with the window it belongs to.
    window.on('closed', () => customer?.close());
    if (process.env['KLINK_WATCH'] !== undefined) watchBundles(path.join(__dirname, '..'), () => window);
  });
}

/** The hosts are stopped first, the till with time to finish what it writes; then the application really ends. */
function stopBeforeQuit(composer: Composer, desks: readonly { stop(): void }[]): void {
  let phase: 'running' | 'stopping' | 'stopped' = 'running';
  app.on('before-quit', (event) => {
    if (phase === 'stopped') return;
    event.preventDefault();
    if (phase === 'stopping') return;
    phase = 'stopping';
    for (const desk of desks) desk.stop();
    void composer.stop().finally(() => {
      phase = 'stopped';
      log('info', 'stopped');
      app.quit();
    });
  });
  // `npm start` holds the other end: it closes it to stop the window, and its death closes it too.
  if (process.env['KLINK_QUIT_WITH_INPUT'] !== undefined) {
    process.stdin.on('end', () => app.quit());
    process.stdin.resume();
  }
}
