import { Icon } from './icon.tsx';
import { TouchButton } from './touch-button.tsx';

export type KeypadKey = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '00' | 'backspace';

const keys: readonly KeypadKey[] = ['7', '8', '9', '4', '5', '6', '1', '2', '3', '00', '0', 'backspace'];

/**
 * Digits as on a till, seven at the top; amounts are typed in minor units, so there is no decimal key. For what is no
 * amount the double zero is left out.
 */
export function Keypad({
  label,
  backspaceLabel,
  onKey,
  hasDoubleZero = true,
}: {
  readonly label: string;
  readonly backspaceLabel: string;
  readonly onKey: (key: KeypadKey) => void;
  readonly hasDoubleZero?: boolean;
}) {
  return (
    <fieldset aria-label={label} className="grid grid-cols-3 gap-3">
      {keys.map((key) =>
        key === '00' && !hasDoubleZero ? (
          <span key={key} />
        ) : (
          <TouchButton
            key={key}
            className="figures min-h-16 text-2xl shadow-(--shadow)"
            onPress={() => onKey(key)}
            {...(key === 'backspace' ? { 'aria-label': backspaceLabel } : {})}
          >
            {key === 'backspace' ? <Icon name="backspace" className="size-7" /> : key}
          </TouchButton>
        ),
      )}
    </fieldset>
  );
}
