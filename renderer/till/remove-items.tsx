import { useTranslation } from 'react-i18next';
import type { CartView } from '../../contract/ipc/till-view.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { changeLine } from './cart.tsx';
import { Money } from './money.tsx';

/** Not enough: the cart, piece by piece, to be made smaller until it is (screens.md, "Not enough"). */
export function RemoveItems({ cart }: { readonly cart: CartView }) {
  const { t } = useTranslation();
  return (
    <section aria-label={t('refused.remove')} className="w-full max-w-180">
      <ul className="max-h-[38vh] overflow-y-auto border-y border-current/30">
        {cart.lines.map((line, at) => {
          const name = line.productId === null ? t('product.freeAmount') : line.name;
          return (
            <li
              key={line.productId ?? `amount-${at}`}
              className="flex items-center gap-4 border-b border-current/30 last:border-b-0"
            >
              <span className="min-w-0 flex-1 text-lg font-semibold leading-tight">
                {line.quantity > 1 ? <span className="figures mr-2">{line.quantity} ×</span> : null}
                {name}
              </span>
              <Money amountMinor={line.lineMinor} className="text-lg" />
              <TouchButton
                look="onGround"
                aria-label={t('sale.less', { name })}
                onPress={() => changeLine(line, at, -1)}
                className="my-1 px-0"
              >
                <Icon name="minus" />
              </TouchButton>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
