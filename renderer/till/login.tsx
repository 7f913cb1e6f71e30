import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { operations } from '../../contract/ipc/operations.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { answerOf, call } from './connection.ts';
import { shortcuts, useKeys } from './keyboard.ts';
import { Page } from './page.tsx';
import { PinEntry } from './pin-entry.tsx';
import { goTo, useTill, useWindow } from './store.ts';

const loginByTag = (): void => void call((klink) => klink.loginByTag({}));

async function login(pin: string): Promise<boolean> {
  const before = useTill.getState().view?.cashier?.cashierId;
  const cashier = await answerOf(operations.login.answer, (klink) => klink.login({ pin }));
  // Nobody new has come, so that no view says it.
  if (cashier !== null && cashier.cashierId === before) goTo('sale');
  return cashier !== null;
}

/** Nobody is at the till: it sells nothing until a PIN is typed or a staff tag is shown. Works without a network. */
export function LoginPage() {
  const { t } = useTranslation();
  return (
    <IdentityPage
      title={t('login.title')}
      help={t('login.help')}
      onBack={null}
      confirmLabel={t('login.confirm')}
      onPin={login}
      onTag={loginByTag}
    />
  );
}

/** Somebody else takes over while the shift stays open, or the till is left alone. */
export function StaffPage() {
  const { t } = useTranslation();
  return (
    <IdentityPage
      title={t('staff.title')}
      help={t('staff.help')}
      onBack={() => goTo('menu')}
      confirmLabel={t('staff.confirm')}
      onPin={login}
      onTag={loginByTag}
    >
      <TouchButton
        className="self-start"
        onPress={() => {
          goTo('sale');
          void call((klink) => klink.logout({}));
        }}
      >
        <Icon name="lock" />
        {t('staff.logout')}
      </TouchButton>
    </IdentityPage>
  );
}

/** Who somebody is: by PIN or by staff tag. */
export function IdentityPage({
  title,
  help,
  onBack,
  confirmLabel,
  onPin,
  onTag,
  children,
}: {
  readonly title: string;
  readonly help: string;
  readonly onBack: (() => void) | null;
  readonly confirmLabel: string;
  readonly onPin: (pin: string) => Promise<boolean>;
  readonly onTag: () => void;
  readonly children?: ReactNode;
}) {
  const { t } = useTranslation();
  const isSettingsOpen = useWindow((state) => state.isSettingsOpen);
  useKeys(!isSettingsOpen, (key) => {
    if (key === shortcuts.balance) onTag();
    return key === shortcuts.balance;
  });
  return (
    <Page title={title} onBack={onBack}>
      <div className="m-auto grid w-full max-w-240 gap-10 @2xl:grid-cols-2 @2xl:items-center">
        <div className="flex flex-col gap-6">
          <p className="text-xl">{help}</p>
          <TouchButton onPress={onTag} shortcut={shortcuts.balance} className="min-h-18 self-start text-xl">
            <Icon name="wristband" className="text-accent" />
            {t('login.byTag')}
          </TouchButton>
          {children}
        </div>
        <PinEntry confirmLabel={confirmLabel} onPin={onPin} />
      </div>
    </Page>
  );
}
