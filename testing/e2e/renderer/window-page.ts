import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { CatalogueView } from '../../../contract/ipc/catalogue.ts';
import { customerViewSchema } from '../../../contract/ipc/customer-view.ts';
import type { ResultEnvelope } from '../../../contract/ipc/envelope.ts';
import type { OperationName } from '../../../contract/ipc/operations.ts';
import type { PrinterView } from '../../../contract/ipc/printing.ts';
import type { SimulatorView } from '../../../contract/ipc/simulator.ts';
import type { SupportView } from '../../../contract/ipc/support.ts';
import type { TillView } from '../../../contract/ipc/till-view.ts';
import { catalogue } from './views.ts';

const rendererFolder = path.resolve(import.meta.dirname, '../../../out/renderer');
export const windowOrigin = 'http://till.test';
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'";
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** What the page was asked to do, in order, as `[operation, request]`. */
export type AskedCall = readonly [string, unknown];

declare global {
  interface Window {
    feedView: (view: unknown) => void;
    feedSimulator: (view: unknown) => void;
    feedPrinter: (view: unknown) => void;
    feedSupport: (view: unknown) => void;
    asked: [string, unknown][];
    answers: Record<string, unknown>;
  }
}

/** Serves the built renderer under its real content security policy, with a bridge that records calls and feeds views. */
export async function openWindowPage(page: Page, search: string): Promise<void> {
  await page.route(`${windowOrigin}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const file = path.join(rendererFolder, pathname === '/' ? 'index.html' : pathname);
    await route.fulfill({
      body: await readFile(file),
      contentType: contentTypes[path.extname(file)] ?? 'application/octet-stream',
      headers: { 'content-security-policy': policy },
    });
  });
  await page.addInitScript(installBridge, catalogue);
  await page.goto(`${windowOrigin}/${search}`);
}

/** Runs in the page, before its own scripts. */
function installBridge(sold: CatalogueView): void {
  // Opened again with another address: the script is then installed once more.
  if (Object.hasOwn(window, 'klink')) return;
  const views: ((view: unknown) => void)[] = [];
  const simulators: ((view: unknown) => void)[] = [];
  const printers: ((view: unknown) => void)[] = [];
  const supports: ((view: unknown) => void)[] = [];
  window.asked = [];
  window.answers = { catalogue: { ok: true, result: sold } };
  window.feedView = (view) => {
    for (const listener of views) listener(view);
  };
  window.feedSimulator = (view) => {
    for (const listener of simulators) listener(view);
  };
  window.feedSupport = (view) => {
    for (const listener of supports) listener(view);
  };
  window.feedPrinter = (view) => {
    for (const listener of printers) listener(view);
  };
  const listen = (listeners: ((view: unknown) => void)[]) => (listener: (view: unknown) => void) => {
    listeners.push(listener);
    return () => undefined;
  };
  const bridge = new Proxy(
    {
      onView: listen(views),
      onSimulatorView: listen(simulators),
      onPrinterView: listen(printers),
      onSupportView: listen(supports),
    },
    {
      get: (target, name) =>
        Reflect.get(target, name) ??
        ((request: unknown) => {
          window.asked.push([String(name), request]);
          // The first view and the first simulator view are fed by the test; a question without an answer stays open.
          return name === 'view' || name === 'simulatorView' || name === 'printerView'
            ? new Promise(() => undefined)
            : Promise.resolve(window.answers[String(name)] ?? { ok: true, result: {} });
        }),
    },
  );
  Object.defineProperty(window, 'klink', { value: bridge });
  Object.defineProperty(window, 'klinkCustomer', {
    value: { onView: listen(views), view: () => new Promise(() => undefined) },
  });
}

export async function feedView(page: Page, view: TillView): Promise<void> {
  await page.evaluate((fed) => window.feedView(fed), view);
  await page.locator(`[data-testid="till-state"][data-state="${view.screen.screen}"]`).waitFor();
}

/** The same for the customer's display, as main passes it on. */
export async function feedCustomer(page: Page, view: TillView): Promise<void> {
  await page.evaluate((fed) => window.feedView(fed), customerViewSchema.parse(view));
  await page.locator(`[data-testid="customer-state"][data-state="${view.screen.screen}"]`).waitFor();
}

export async function feedSimulator(page: Page, view: SimulatorView | null): Promise<void> {
  await page.evaluate((fed) => window.feedSimulator(fed), view);
}

export async function feedSupport(page: Page, view: SupportView): Promise<void> {
  await page.evaluate((fed) => window.feedSupport(fed), view);
}

export async function feedPrinter(page: Page, view: PrinterView): Promise<void> {
  await page.evaluate((fed) => window.feedPrinter(fed), view);
}

/** What a call answers from now on, instead of an empty success. */
export async function feedAnswer(
  page: Page,
  operation: OperationName | 'receiptSettings' | 'about' | 'supportView',
  envelope: ResultEnvelope,
): Promise<void> {
  await page.evaluate(([name, answer]) => Object.assign(window.answers, { [name]: answer }), [
    operation,
    envelope,
  ] as const);
}

/** What is sold from now on; the next view that names its version makes the window ask for it. */
export function feedCatalogue(page: Page, catalogue: CatalogueView): Promise<void> {
  return feedAnswer(page, 'catalogue', { ok: true, result: catalogue });
}

/** The calls since the last question, but for those a window makes by itself, and forgets them. */
export function askedCalls(page: Page): Promise<AskedCall[]> {
  return page.evaluate(() =>
    window.asked
      .splice(0)
      .filter(([name]) => !['view', 'simulatorView', 'printerView', 'screenLanguage', 'catalogue'].includes(name)),
  );
}

/** The same after some keys. */
export async function askedBy(page: Page, ...keys: string[]): Promise<AskedCall[]> {
  for (const key of keys) await page.keyboard.press(key);
  return await askedCalls(page);
}
