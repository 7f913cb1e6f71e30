import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { tailwindChromium } from './scripts/tailwind-chromium.ts';

// The windows of the application. The targets are those of the oldest Electron it runs in (platform.md, "Electron").
export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [react(), tailwindcss(), tailwindChromium()],
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    target: 'chrome114',
    cssTarget: 'chrome114',
    sourcemap: true,
    // One origin, local files: no preload polyfill, which would be an inline script.
    modulePreload: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1_500,
  },
});
