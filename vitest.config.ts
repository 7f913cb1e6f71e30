import { defineConfig } from 'vitest/config';

const outside = ['**/node_modules/**', '**/out/**', '**/dist/**'];

/**
 * `unit` runs sources only and takes milliseconds a test; `process` starts real programs (pcscd, PostgreSQL, klink),
 * so that each of its tests may take seconds.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts', '**/*.test.tsx'],
          exclude: [...outside, '**/*.process.test.ts', 'testing/e2e/**'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'process',
          include: ['**/*.process.test.ts'],
          exclude: outside,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
