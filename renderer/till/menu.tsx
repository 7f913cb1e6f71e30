import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TillView } from '../../contract/ipc/till-view.ts';
import { Icon, type IconName } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { call } from './connection.ts';
import { useKeys } from './keyboard.ts';
import { Page } from './page.tsx';
import { goTo, useWindow } from './store.ts';
import { practise } from './training-banner.tsx';

export const startIssue = (): void => void call((klink) => klink.issue({}));

interface Entry {
  readonly name:
    | 'refund'
    | 'chargeback'
    | 'adjustment'
    | 'block'
    | 'unblock'
    | 'repair'
    | 'replace'
    | 'issue'
    | 'shift'
    | 'staff'
    | 'transactions'
    | 'attention'
    | 'training'
    | 'diagnostics';
  readonly icon: IconName;
  readonly start: () => void;
}

/** What a customer may come for, besides buying. The tag decides the rest. */
const ofCustomers: readonly Entry[] = [
  { name: 'refund', icon: 'cashOut', start: () => goTo('refund') },
  {
    name: 'chargeback',
    icon: 'undo',
    start: () => void call((klink) => klink.chargeback({ terminalTransactionNumber: null, lines: null })),
  },
  { name: 'adjustment', icon: 'collect', start: () => void call((klink) => klink.collectAdjustment({})) },
  { name: 'issue', icon: 'wristbandNew', start: startIssue },
  { name: 'block', icon: 'lock', start: () => void call((klink) => klink.block({ blocked: true })) },
  { name: 'unblock', icon: 'unlock', start: () => void call((klink) => klink.block({ blocked: false })) },
  { name: 'repair', icon: 'repair', start: () => void call((klink) => klink.repair({})) },
  { name: 'replace', icon: 'wristband', start: () => goTo('replace') },
];

function ofTheTill({ cashier, loginNeeded, training }: TillView): readonly Entry[] {
  const hasStaff = cashier !== null || loginNeeded;
  const entries: readonly Entry[] = [
    { name: 'shift', icon: 'wait', start: () => goTo('shift') },
    { name: 'staff', icon: 'person', start: () => goTo('staff') },
    { name: 'transactions', icon: 'list', start: () => goTo('transactions') },
    { name: 'attention', icon: 'alert', start: () => goTo('attention') },
    { name: 'training', icon: 'training', start: () => practise(true) },
    { name: 'diagnostics', icon: 'repair', start: () => goTo('diagnostics') },
  ];
  // An event without cashiers asks nobody for anything, and training leads back by its banner.
  return entries.filter(({ name }) => (hasStaff || name !== 'staff') && (!training || name !== 'training'));
}

/** The keys of the tiles, in their order. */
const tileKeys = '123456789ABCDEFGH';

/** Everything that is not a sale, each one press away; the key on a tile presses it too. */
export function MenuPage({ view }: { readonly view: TillView }) {
  const { t } = useTranslation();
  const isSettingsOpen = useWindow((state) => state.isSettingsOpen);
  const customers = view.till?.mode === 'account' ? ofCustomers.filter(isOfAccounts) : ofCustomers;
  const till = ofTheTill(view);
  const all = [...customers, ...till];
  useKeys(!isSettingsOpen, (key) => {
    const entry = key.length === 1 ? all[tileKeys.indexOf(key.toUpperCase())] : undefined;
    entry?.start();
    return entry !== undefined;
  });
  return (
    <Page title={t('menu.title')} onBack={() => goTo('sale')}>
      <div className="flex flex-col gap-8">
        <Group title={t('menu.customers')}>
          {customers.map((entry, at) => (
            <Tile key={entry.name} entry={entry} shortcut={tileKeys.charAt(at)} />
          ))}
        </Group>
        <Group title={t('menu.till')}>
          {till.map((entry, at) => (
            <Tile key={entry.name} entry={entry} shortcut={tileKeys.charAt(customers.length + at)} />
          ))}
        </Group>
      </div>
    </Page>
  );
}

/** An account has no tag of its own to be issued, blocked, repaired or brought up to date. */
function isOfAccounts({ name }: Entry): boolean {
  return name === 'refund' || name === 'chargeback' || name === 'replace';
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="mb-3 text-lg font-bold text-muted">{title}</h2>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(17rem,1fr))] gap-4">{children}</div>
    </section>
  );
}

function Tile({ entry, shortcut }: { readonly entry: Entry; readonly shortcut: string }) {
  const { t } = useTranslation();
  return (
    <TouchButton
      shortcut={shortcut}
      onPress={entry.start}
      className="min-h-24 !justify-start py-3 !text-left shadow-(--shadow)"
    >
      <Icon name={entry.icon} className="size-8 text-accent" />
      <span className="flex-1 leading-tight">
        <span className="block text-lg font-bold leading-tight">{t(`menu.${entry.name}.title`)}</span>
        <span className="mt-1 block font-normal text-muted">{t(`menu.${entry.name}.help`)}</span>
      </span>
    </TouchButton>
  );
}
