import { type BrowserWindow, type Session, screen } from 'electron';
import type { TillSettings } from '../../contract/settings/till-settings.ts';
import { isOwnAddress } from './app-address.ts';
import { openConfinedWindow } from './confined-window.ts';
import { log } from './log.ts';

/** Opens the till's window; what the person at the till chooses later than its address is the window's own. */
export function openTillWindow(settings: TillSettings): BrowserWindow {
  return openConfinedWindow('till', 'preload.cjs', {}, settings, {
    width: 1280,
    height: 800,
    ...smallestSize(screen.getPrimaryDisplay().workAreaSize),
  });
}

/** Products stand beside the cart, on an upright screen above it: in a smaller window none would be seen (screens.md). */
function smallestSize({ width, height }: Electron.Size): { minWidth: number; minHeight: number } {
  const wanted = width >= height ? { width: 960, height: 640 } : { width: 720, height: 960 };
  return { minWidth: Math.min(wanted.width, width), minHeight: Math.min(wanted.height, height) };
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
