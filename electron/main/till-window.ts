import path from 'node:path';
import { BrowserWindow, type Session } from 'electron';
import type { TillSettings } from '../../contract/settings/till-settings.ts';
import { appOrigin, isOwnAddress } from './app-address.ts';
import { log } from './log.ts';

/**
 * Opens the till's window: sandboxed, without Node, unable to leave its own pages or to open others. The till's own
 * settings of language, theme and sound are in its address; what the person at the till chooses later is the window's.
 */
export function openTillWindow(settings: TillSettings): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 720,
    minHeight: 640,
    show: false,
    backgroundColor: '#10151c',
    autoHideMenuBar: true,
    title: 'Klink',
    webPreferences: {
      preload: path.join(__dirname, 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      // Updates of the view must not wait for a window that is behind another one.
      backgroundThrottling: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    window.show();
    log('info', 'window is shown');
  });
  window.webContents.on('render-process-gone', (_event, details) => {
    log('error', 'the window crashed and is loaded again', { reason: details.reason });
    if (details.reason !== 'clean-exit' && !window.isDestroyed()) window.webContents.reload();
  });
  const address = new URL(`${appOrigin}/index.html`);
  address.searchParams.set('language', settings.language);
  address.searchParams.set('theme', settings.theme);
  address.searchParams.set('sound', settings.sound ? 'on' : 'off');
  void window.loadURL(address.href);
  return window;
}

/** No page of the application, whichever it is, may go elsewhere, open a window, or be given a device or a permission. */
export function confine(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}

/** To be called for every web contents that is made. */
export function confineContents(contents: Electron.WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  const stay = (event: Electron.Event, url: string): void => {
    if (isOwnAddress(url)) return;
    log('warn', 'navigation refused', { url });
    event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
}
