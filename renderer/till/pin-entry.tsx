import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../../ui/components/icon.tsx';
import { Keypad, type KeypadKey } from '../../ui/components/keypad.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { useKeys } from './keyboard.ts';
import { useWindow } from './store.ts';

const pinLengthMin = 4;
const pinLengthMax = 12;

function typePin(pin: string, key: KeypadKey): string {
  return key === 'backspace' ? pin.slice(0, -1) : `${pin}${key}`.slice(0, pinLengthMax);
}

/** A PIN on the keypad or the keyboard, shown as dots; a wrong one is gone when the next is typed. */
export function PinEntry({
  confirmLabel,
  onPin,
}: {
  readonly confirmLabel: string;
  /** Answers whether the PIN was right. */
  readonly onPin: (pin: string) => Promise<boolean>;
}) {
  const { t } = useTranslation();
  const [pin, setPin] = useState('');
  const [isChecking, setIsChecking] = useState(false);
  const isSettingsOpen = useWindow((state) => state.isSettingsOpen);
  const mayConfirm = pin.length >= pinLengthMin && !isChecking;
  const confirm = async (): Promise<void> => {
    if (!mayConfirm) return;
    setIsChecking(true);
    await onPin(pin);
    setPin('');
    setIsChecking(false);
  };
  useKeys(!isSettingsOpen, (key) => {
    if (key === 'Enter') void confirm();
    else if (key === 'Backspace') setPin((before) => typePin(before, 'backspace'));
    else if (/^\d$/.test(key)) setPin((before) => `${before}${key}`.slice(0, pinLengthMax));
    else return false;
    return true;
  });
  return (
    <div className="flex w-full max-w-100 flex-col gap-4">
      <div
        role="status"
        aria-label={t('pin.typed', { count: pin.length })}
        className="flex min-h-16 items-center justify-center gap-3 rounded-medium border border-line-strong/60 bg-surface px-4"
      >
        {pin === '' ? (
          <span className="text-lg text-muted">{isChecking ? t('pin.checking') : t('pin.type')}</span>
        ) : (
          [...pin].map((_, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: dots are alike, and only their number counts.
            <span key={at} aria-hidden className="size-4 rounded-full bg-ink" />
          ))
        )}
      </div>
      <Keypad
        label={t('entry.keypad')}
        backspaceLabel={t('entry.backspace')}
        hasDoubleZero={false}
        onKey={(key) => setPin((before) => typePin(before, key))}
      />
      <TouchButton
        look="primary"
        shortcut="⏎"
        isDisabled={!mayConfirm}
        onPress={() => void confirm()}
        className="min-h-18 text-xl font-bold"
      >
        <Icon name="tick" />
        {confirmLabel}
      </TouchButton>
    </div>
  );
}
