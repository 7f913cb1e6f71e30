import { type BrowserWindow, ipcMain, screen } from 'electron';
import { customerViewChangedChannel, customerViewChannel } from '../../contract/ipc/channels.ts';
import { type CustomerView, customerViewSchema } from '../../contract/ipc/customer-view.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';
import type { TillSettings } from '../../contract/settings/till-settings.ts';
import { openConfinedWindow } from './confined-window.ts';
import { log } from './log.ts';

/** The customer's display: a window of its own, on the second screen where there is one. */
export class CustomerWindow {
  private window: BrowserWindow | null = null;
  private readonly view: () => TillView;

  constructor(view: () => TillView) {
    this.view = view;
    ipcMain.handle(customerViewChannel, (event): CustomerView | null => {
      const isOwn = this.window !== null && !this.window.isDestroyed() && event.sender === this.window.webContents;
      if (isOwn) return customerViewSchema.parse(this.view());
      log('error', 'a call from a page that is not the customer display was refused');
      return null;
    });
  }

  /** Opens it as the settings say; where they leave it open, only a second screen makes it appear. */
  open(settings: TillSettings): void {
    const main = screen.getPrimaryDisplay();
    const second = screen.getAllDisplays().find(({ id }) => id !== main.id);
    const { customerDisplay } = settings;
    if (customerDisplay === 'off' || (customerDisplay === 'auto' && second === undefined)) return;
    const place =
      second === undefined
        ? { width: 1024, height: 600 }
        : { x: second.bounds.x, y: second.bounds.y, width: 1024, height: 600, fullscreen: true };
    this.window = openConfinedWindow('customer', 'customer-preload.cjs', { display: 'customer' }, settings, {
      ...place,
      minWidth: 480,
      minHeight: 320,
    });
  }

  /** It never holds the application open, and it shows nothing of the staff. */
  show(view: TillView): void {
    if (this.window === null || this.window.isDestroyed()) return;
    this.window.webContents.send(customerViewChangedChannel, customerViewSchema.parse(view));
  }

  close(): void {
    if (this.window !== null && !this.window.isDestroyed()) this.window.destroy();
    this.window = null;
  }
}
