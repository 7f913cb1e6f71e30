import type { i18n } from 'i18next';
import { useEffect } from 'react';
import { I18nextProvider } from 'react-i18next';
import type { TillView } from '../../contract/ipc/till-view.ts';
import { classNames } from '../../ui/components/class-names.ts';
import { AgainScreen } from './again.tsx';
import { AllergenScreen } from './allergens.tsx';
import { ApprovalPage, useConfirmedWork } from './approval.tsx';
import { AttentionPage } from './attention.tsx';
import { DiagnosticsPage } from './diagnostics.tsx';
import { DoneScreen } from './done.tsx';
import { EnrolmentScreen } from './enrolment.tsx';
import { Announcer, Notice, useStateTunes } from './feedback.tsx';
import { HaltedScreen } from './halted.tsx';
import { shortcuts, useKeys } from './keyboard.ts';
import { LoginPage, StaffPage } from './login.tsx';
import { MenuPage } from './menu.tsx';
import { PayingScreen } from './paying.tsx';
import { PaymentOpenScreen } from './payment-open.tsx';
import { PrinterNotice } from './printer-notice.tsx';
import { ReceiptScreen } from './receipt.tsx';
import { ReceiptSettingsPage } from './receipt-settings.tsx';
import { RefundEntry } from './refund-entry.tsx';
import { RefusedScreen } from './refused.tsx';
import { ReplaceEntry } from './replace-entry.tsx';
import { SaleScreen } from './sale.tsx';
import { ShiftPage } from './shift.tsx';
import { SimulatorDrawer } from './simulator-drawer.tsx';
import { StartingScreen } from './starting.tsx';
import { StatusBar } from './status-bar.tsx';
import { goTo, useTill, useWindow } from './store.ts';
import { TapScreen } from './tap.tsx';
import { useDocumentLook } from './theme.ts';
import { TopUpEntry } from './top-up-entry.tsx';
import { TrainingBanner } from './training-banner.tsx';
import { TransactionsPage } from './transactions.tsx';
import { UndoPage } from './undo.tsx';
import { UnknownScreen } from './unknown.tsx';
import { WritingScreen } from './writing.tsx';

/** The whole window: the status bar that never leaves, one screen per state of the till, and the simulated reader. */
export function TillWindow({ translator }: { readonly translator: i18n }) {
  const view = useTill((till) => till.view);
  useDocumentLook();
  return (
    <I18nextProvider i18n={translator}>{view === null ? <StartingScreen /> : <Till view={view} />}</I18nextProvider>
  );
}

function Till({ view }: { readonly view: TillView }) {
  const simulator = useTill((till) => till.simulator);
  const isSimulatorOpen = useWindow((state) => state.isSimulatorOpen) && simulator !== null;
  const { screen } = view.screen;
  useStateTunes(screen);
  useKeys(true, onWindowKey);
  useConfirmedWork(view);
  useEffect(() => {
    // A panel belongs to the sale it was opened in.
    if (screen !== 'sale') useWindow.setState({ place: 'sale', typed: '', areLettersShown: false });
  }, [screen]);
  const isTagWanted = screen === 'tap' || screen === 'again';
  const isSimulated = simulator !== null;
  useEffect(() => {
    // Without a reader the only tags there are lie in the drawer: whoever is asked for one has to see it.
    if (isTagWanted && isSimulated) useWindow.setState({ isSimulatorOpen: true });
  }, [isTagWanted, isSimulated]);
  return (
    <div className="relative flex h-full flex-col">
      {view.training ? <TrainingBanner canEnd /> : null}
      <StatusBar view={view} />
      {screen === 'sale' ? <PrinterNotice /> : null}
      <div
        className={classNames(
          'grid min-h-0 flex-1',
          isSimulatorOpen &&
            'grid-rows-[minmax(0,1fr)_max(40%,15rem)] min-[62rem]:grid-cols-[minmax(0,1fr)_23rem] min-[62rem]:grid-rows-1',
        )}
      >
        <main data-testid="till-state" data-state={screen} className="relative min-h-0 min-w-0 @container">
          <TillScreen view={view} />
          <Notice />
        </main>
        {isSimulatorOpen ? <SimulatorDrawer simulator={simulator} /> : null}
      </div>
      <Announcer screen={view.screen} />
    </div>
  );
}

function onWindowKey(key: string): boolean {
  switch (key) {
    case shortcuts.settings:
      useWindow.setState(({ isSettingsOpen }) => ({ isSettingsOpen: !isSettingsOpen }));
      return true;
    case shortcuts.simulator:
      useWindow.setState(({ isSimulatorOpen }) => ({ isSimulatorOpen: !isSimulatorOpen }));
      return true;
    default:
      return false;
  }
}

/** Nothing is going on: the page this window was turned to, behind whoever has to be let in first. */
function Idle({ view }: { readonly view: TillView }) {
  const place = useWindow((state) => state.place);
  const isConfirmationAwaited = useWindow((state) => state.pending !== null);
  if (view.loginNeeded) return <LoginPage />;
  if (isConfirmationAwaited) return <ApprovalPage />;
  switch (place) {
    case 'sale':
    case 'free-amount':
    case 'discount':
      return <SaleScreen view={view} />;
    case 'undo':
      return <UndoPage view={view} />;
    case 'top-up':
      return <TopUpEntry view={view} />;
    case 'menu':
      return <MenuPage view={view} />;
    case 'transactions':
      return <TransactionsPage view={view} />;
    case 'attention':
      return <AttentionPage view={view} />;
    case 'replace':
      return <ReplaceEntry />;
    case 'refund':
      return <RefundEntry />;
    case 'shift':
      return <ShiftPage view={view} />;
    case 'staff':
      return <StaffPage />;
    case 'receipt':
      return <LastReceipt view={view} />;
    case 'diagnostics':
      return <DiagnosticsPage view={view} />;
    case 'receipt-settings':
      return <ReceiptSettingsPage />;
    default:
      return place satisfies never;
  }
}

/** The till does not go on; whoever looks for the reason may. */
function Halted({
  view,
  screen,
}: {
  readonly view: TillView;
  readonly screen: Extract<TillView['screen'], { screen: 'halted' }>;
}) {
  const isLookedAt = useWindow((state) => state.place === 'diagnostics');
  return isLookedAt ? <DiagnosticsPage view={view} /> : <HaltedScreen screen={screen} />;
}

/** The receipt of what has just been done; without one there is nothing to see here. */
function LastReceipt({ view }: { readonly view: TillView }) {
  const number = useWindow((state) => state.receiptOf);
  if (number === null) return <SaleScreen view={view} />;
  return <ReceiptScreen number={number} copy={false} onBack={() => goTo('sale')} />;
}

/** One component per state; a state without one does not compile. */
function TillScreen({ view }: { readonly view: TillView }) {
  const { screen } = view;
  switch (screen.screen) {
    case 'starting':
      return <StartingScreen />;
    case 'enrolment':
      return <EnrolmentScreen screen={screen} />;
    case 'sale':
      return <Idle view={view} />;
    case 'tap':
      return <TapScreen screen={screen} cart={view.cart} />;
    case 'allergens':
      return <AllergenScreen screen={screen} />;
    case 'writing':
      return <WritingScreen screen={screen} />;
    case 'paying':
      return <PayingScreen screen={screen} />;
    case 'payment-open':
      return <PaymentOpenScreen screen={screen} />;
    case 'again':
      return <AgainScreen screen={screen} />;
    case 'done':
      return <DoneScreen key={screen.until} screen={screen} />;
    case 'refused':
      return <RefusedScreen screen={screen} cart={view.cart} />;
    case 'unknown':
      return <UnknownScreen screen={screen} />;
    case 'halted':
      return <Halted view={view} screen={screen} />;
    default:
      return screen satisfies never;
  }
}
