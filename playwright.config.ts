import { defineConfig } from '@playwright/test';

const chromium = process.env['KLINK_CHROMIUM'] ?? '/usr/bin/chromium';

/**
 * `renderer`: the window's pages alone in Chromium, fed with views. `electron`: the whole application, a real backend, and
 * the readers; `scripts/with-electron.ts` gives it an Electron and a display.
 */
export default defineConfig({
  testDir: 'testing/e2e',
  outputDir: 'test-results/playwright',
  fullyParallel: false,
  // Each file has its own application, backend and folders; most of their time is waiting.
  workers: 2,
  // As long as a machine takes that has other work: a test that fails waits it out, one that passes does not.
  expect: { timeout: 30_000 },
  forbidOnly: true,
  reporter: [['list']],
  projects: [
    {
      name: 'renderer',
      testMatch: 'renderer/*.spec.ts',
      timeout: 240_000,
      use: {
        actionTimeout: 30_000,
        // Debian's own browser: Playwright's cannot be downloaded everywhere.
        launchOptions: { executablePath: chromium, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] },
      },
    },
    { name: 'electron', testMatch: 'electron/*.spec.ts', timeout: 240_000 },
  ],
});
