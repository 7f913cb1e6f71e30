import path from 'node:path';
import { BrowserWindow, type BrowserWindowConstructorOptions } from 'electron';
import type { TillSettings } from '../../contract/settings/till-settings.ts';
import { appOrigin } from './app-address.ts';
import { log } from './log.ts';

/**
 * Opens a window on the till's own pages: sandboxed, without Node, with one preload script. The till's settings of
 * language, theme and sound are in its address. One that crashes is loaded again.
 */
export function openConfinedWindow(
  name: string,
  preload: string,
  address: Readonly<Record<string, string>>,
  settings: TillSettings,
  options: BrowserWindowConstructorOptions,
): BrowserWindow {
  const window = new BrowserWindow({
    ...options,
    show: false,
    backgroundColor: '#10151c',
    autoHideMenuBar: true,
    title: 'Klink',
    webPreferences: {
      preload: path.join(__dirname, preload),
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
    log('info', 'window is shown', { name });
  });
  window.webContents.on('render-process-gone', (_event, details) => {
    log('error', 'the window crashed and is loaded again', { name, reason: details.reason });
    if (details.reason !== 'clean-exit' && !window.isDestroyed()) window.webContents.reload();
  });
  const page = new URL(`${appOrigin}/index.html`);
  const { language, theme, sound } = settings;
  const search = { language, theme, sound: sound ? 'on' : 'off', ...address };
  for (const [key, value] of Object.entries(search)) page.searchParams.set(key, value);
  void window.loadURL(page.href);
  return window;
}
