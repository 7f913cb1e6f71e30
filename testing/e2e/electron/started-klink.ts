import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';

const rootFolder = path.resolve(import.meta.dirname, '../../..');
const startTimeoutMs = 120_000;

/** `npm start` as a person runs it, on folders that were never used, and the window it opens. */
export class StartedKlink {
  readonly page: Page;
  readonly #child: ChildProcess;
  readonly #browser: Browser;
  readonly #said: () => string;

  private constructor(child: ChildProcess, browser: Browser, page: Page, said: () => string) {
    this.#child = child;
    this.#browser = browser;
    this.page = page;
    this.#said = said;
  }

  /** @param folder where it keeps everything; nothing is in it yet */
  static async start(folder: string): Promise<StartedKlink> {
    // The window is looked at and pressed through Chromium's own port; nothing else differs from `npm start`.
    const command = ['scripts/start.ts', '--folder', folder, '--remote-debugging-port=0'];
    const child = spawn(process.execPath, command, {
      cwd: rootFolder,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A machine without a reader: what runs beside the tests must not be taken for one.
      env: { ...process.env, PCSCLITE_CSOCK_NAME: path.join(folder, 'no-pcscd') },
    });
    const output = new Output(child);
    const [, address = ''] = await output.until(/DevTools listening on (ws:\S+)/);
    await output.until(/"window is shown"/);
    // Without the settings that Playwright gives a browser of its own: Electron has none of them.
    const browser = await chromium.connectOverCDP(address, { noDefaults: true });
    const page = browser.contexts().flatMap((context) => context.pages())[0];
    if (page === undefined) throw new Error(`Chromium tells of no window:\n${output.said}`);
    return new StartedKlink(child, browser, page, () => output.said);
  }

  /** Where the backend listens, as `npm start` says it. */
  get backendAddress(): string {
    const [, address] = /the backend is at (http:\S+),/.exec(this.#said()) ?? [];
    if (address === undefined) throw new Error(`npm start did not say where its backend is:\n${this.#said()}`);
    return address;
  }

  /** Ctrl-C; gives the exit code when everything has ended. */
  async stop(): Promise<number | null> {
    await this.#browser.close();
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGINT');
    await ended;
    return this.#child.exitCode;
  }
}

/** Both outputs of a process as one text, and the moment something stands in it. */
class Output {
  said = '';
  readonly #watchers = new Set<() => void>();
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said += text;
        for (const watcher of [...this.#watchers]) watcher();
      });
    }
  }

  until(wanted: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const finish = (end: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        end();
      };
      const fail = (why: string) => (): void =>
        finish(() => reject(new Error(`${why} before ${wanted}:\n${this.said}`)));
      const look = (): void => {
        const found = wanted.exec(this.said);
        if (found !== null) finish(() => resolve(found));
      };
      const timer = setTimeout(fail(`${startTimeoutMs} ms passed`), startTimeoutMs);
      this.#child.once('exit', fail('it ended'));
      this.#watchers.add(look);
      look();
    });
  }
}
