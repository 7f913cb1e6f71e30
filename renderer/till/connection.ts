import type { ZodType } from 'zod';
import { resultEnvelopeSchema } from '../../contract/ipc/envelope.ts';
import { printerViewSchema } from '../../contract/ipc/printing.ts';
import { type SimulatorCommand, simulatorViewSchema } from '../../contract/ipc/simulator.ts';
import { type Screen, tillViewSchema } from '../../contract/ipc/till-view.ts';
import type { Bridge } from '../../electron/preload/bridge.ts';
import type { Language } from '../../ui/i18n/languages.ts';
import { catalogueOf } from './catalogue.ts';
import { usePreferences } from './preferences.ts';
import { goTo, useTill, useWindow } from './store.ts';

/** Feeds the store with every view the till sends, from the current one on. */
export function connectStore(bridge: Bridge): void {
  bridge.onView(showView);
  bridge.onSimulatorView(showSimulator);
  bridge.onPrinterView(showPrinter);
  // The answers may come after newer views, which must not be overwritten.
  void call((klink) => klink.view({})).then((view) => {
    if (useTill.getState().view === null && view !== null) showView(view);
  });
  void call((klink) => klink.simulatorView()).then((view) => {
    if (useTill.getState().simulator === null) showSimulator(view);
  });
  void call((klink) => klink.printerView()).then((view) => {
    if (useTill.getState().printer === null) showPrinter(view);
  });
  tellLanguage(usePreferences.getState().language);
  usePreferences.subscribe(({ language }, before) => {
    if (language !== before.language) tellLanguage(language);
  });
}

function showView(value: unknown): void {
  const view = tillViewSchema.parse(value);
  const before = useTill.getState().view;
  useTill.setState({ view });
  // Whoever has just come begins with a sale. Not left to the answer of the login: a key pressed meanwhile would be undone.
  if (before !== null && before.cashier?.cashierId !== view.cashier?.cashierId) goTo('sale');
  keepCatalogue(view.catalogueVersion);
}

let isCatalogueAsked = false;

/** Asks for the catalogue once for each version of it; a till that is restarting cannot answer, and its next view asks again. */
function keepCatalogue(version: string | null): void {
  if (version === null || isCatalogueAsked || useTill.getState().catalogue?.version === version) return;
  isCatalogueAsked = true;
  void fetchCatalogue().finally(() => {
    isCatalogueAsked = false;
    const wanted = useTill.getState().view?.catalogueVersion ?? null;
    // Only what has changed meanwhile is asked for at once: what could not be had waits for the next view.
    if (wanted !== version) keepCatalogue(wanted);
  });
}

async function fetchCatalogue(): Promise<void> {
  const envelope = resultEnvelopeSchema.parse(await window.klink.catalogue({}));
  if (envelope.ok) useTill.setState({ catalogue: catalogueOf(envelope.result) });
}

function showPrinter(value: unknown): void {
  useTill.setState({ printer: printerViewSchema.parse(value) });
}

/** Receipts that are printed by themselves are in the language of the screen, unless the till's settings say otherwise. */
function tellLanguage(language: Language): void {
  void call((klink) => klink.screenLanguage(language));
}

function showSimulator(value: unknown): void {
  useTill.setState({ simulator: simulatorViewSchema.nullable().parse(value) });
}

/**
 * Asks the till for something and returns its result, or null when it was refused. What the till has to say about it is on
 * its next view; a refusal that changes no screen becomes a notice. What only a supervisor may begin waits for one.
 */
export function call(ask: (klink: Bridge) => Promise<unknown>): Promise<unknown> {
  return askTill(ask, useWindow.getState().pending === null);
}

/** The same for what a supervisor has confirmed: refused once more, it is not asked for a third time. */
export function callConfirmed(ask: (klink: Bridge) => Promise<unknown>): Promise<unknown> {
  return askTill(ask, false);
}

async function askTill(ask: (klink: Bridge) => Promise<unknown>, mayWait: boolean): Promise<unknown> {
  const envelope = resultEnvelopeSchema.parse(await ask(window.klink));
  if (envelope.ok) {
    // Why the last attempt was refused is stale as soon as the till does something: it would only cover the screen.
    useTill.setState({ notice: null });
    return envelope.result;
  }
  if (envelope.fault.code === 'SUPERVISOR_NEEDED' && mayWait) useWindow.setState({ pending: { ask } });
  else useTill.setState({ notice: envelope.fault });
  if (envelope.fault.code === 'SHIFT_NEEDED') useWindow.setState({ place: 'shift' });
  return null;
}

/** The same for an operation whose answer the window shows itself. */
export async function answerOf<T>(schema: ZodType<T>, ask: (klink: Bridge) => Promise<unknown>): Promise<T | null> {
  const result = await call(ask);
  return result === null ? null : schema.parse(result);
}

/** Resolves when the till shows this screen, at once where it does. */
export function screenShown(screen: Screen): Promise<void> {
  const isShown = (): boolean => useTill.getState().view?.screen.screen === screen;
  if (isShown()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = useTill.subscribe(() => {
      if (!isShown()) return;
      stop();
      resolve();
    });
  });
}

export function simulate(command: SimulatorCommand): void {
  void call((klink) => klink.simulate(command));
}
