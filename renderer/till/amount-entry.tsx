import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/components/icon.tsx';
import { Keypad } from '../../ui/components/keypad.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { useKeys } from './keyboard.ts';
import { Money } from './money.tsx';
import { Page } from './page.tsx';
import { goTo, type Place, useWindow } from './store.ts';
import type { TypedAmount } from './typed-amount.ts';

/** Typing an amount: the figure, what belongs to it, the keypad, and one button that takes it. */
export function AmountEntry({
  title,
  typed,
  confirmLabel,
  onConfirm,
  allowsZero = false,
  mayConfirm: isAllowed = true,
  figure,
  figureName,
  back = 'sale',
  children,
}: {
  readonly title: string;
  readonly typed: TypedAmount;
  readonly confirmLabel: string;
  readonly onConfirm: () => void;
  /** An empty drawer is an amount too. */
  readonly allowsZero?: boolean;
  /** False while what is typed cannot be taken. */
  readonly mayConfirm?: boolean;
  /** What is shown where the typed number is no amount of money, and what it is called. */
  readonly figure?: string;
  readonly figureName?: string;
  readonly back?: Place;
  readonly children?: ReactNode;
}) {
  const { t } = useTranslation();
  const isSettingsOpen = useWindow((state) => state.isSettingsOpen);
  const mayConfirm = isAllowed && (allowsZero || typed.amountMinor > 0);
  const confirm = (): void => {
    if (mayConfirm) onConfirm();
  };
  useKeys(!isSettingsOpen, (key) => {
    if (typed.onKey(key)) return true;
    if (key === 'Enter') confirm();
    return key === 'Enter';
  });
  return (
    <Page title={title} onBack={() => goTo(back)}>
      <div className="m-auto grid w-full max-w-240 gap-8 @2xl:grid-cols-2 @2xl:items-center">
        <div className="flex min-w-0 flex-col gap-6">
          <div>
            <div className="text-lg font-medium text-muted">{figureName ?? t('entry.amount')}</div>
            <div aria-live="polite">
              {figure === undefined ? (
                <Money amountMinor={typed.amountMinor} className="text-6xl font-bold @4xl:text-7xl" />
              ) : (
                <span className="figures text-6xl font-bold @4xl:text-7xl">{figure}</span>
              )}
            </div>
          </div>
          {children}
        </div>
        <div className="flex flex-col gap-4">
          <Keypad label={t('entry.keypad')} backspaceLabel={t('entry.backspace')} onKey={typed.type} />
          <TouchButton
            look="primary"
            shortcut="⏎"
            isDisabled={!mayConfirm}
            onPress={confirm}
            className="min-h-18 text-xl font-bold"
          >
            <Icon name="tick" />
            {confirmLabel}
          </TouchButton>
        </div>
      </div>
    </Page>
  );
}
