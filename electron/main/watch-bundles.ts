import fs from 'node:fs';
import path from 'node:path';
import type { BrowserWindow } from 'electron';
import { log } from './log.ts';

const settleMs = 150;

/** For development: loads the window again when the renderer has been built again (`npm run dev`). */
export function watchBundles(outFolder: string, window: () => BrowserWindow | null): void {
  let timer: NodeJS.Timeout | null = null;
  fs.watch(outFolder, (_change, name) => {
    if (name !== 'renderer') return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      if (!fs.existsSync(path.join(outFolder, 'renderer/index.html'))) return;
      log('info', 'the renderer was built again');
      window()?.webContents.reload();
    }, settleMs);
  });
}
