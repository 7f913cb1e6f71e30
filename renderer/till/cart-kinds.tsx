import { useTranslation } from 'react-i18next';
import type { CartLineView, CartView } from '../../contract/ipc/till-view.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { allergenNames } from './allergen-names.ts';
import { Money } from './money.tsx';

/** Canteens: which part of the cart credit may pay, where there is another one (R109). */
export function CartKinds({ cart: { kinds } }: { readonly cart: CartView }) {
  const { t } = useTranslation();
  if (kinds === undefined) return null;
  const rows = [
    ['meals', kinds.mealMinor],
    ['others', kinds.otherMinor],
  ] as const;
  return (
    <div className="mb-3">
      <dl data-testid="cart-kinds" className="flex flex-col gap-1">
        {rows.map(([kind, amountMinor]) => (
          <div key={kind} className="flex items-baseline justify-between gap-4">
            <dt className="text-muted">{t(`canteen.cart.${kind}`)}</dt>
            <dd>
              <Money amountMinor={amountMinor} className="font-semibold" />
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-1 text-sm text-muted">{t('canteen.cart.help')}</p>
    </div>
  );
}

/** Canteens: whether credit may pay for it, and what is in it. */
export function LineKind({ line: { meal = false, allergens = [] } }: { readonly line: CartLineView }) {
  const { t } = useTranslation();
  if (!meal && allergens.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-x-3 text-sm text-muted">
      {meal ? (
        <span className="flex items-center gap-1 font-semibold">
          <Icon name="meal" className="size-4" />
          {t('canteen.cart.meal')}
        </span>
      ) : null}
      {allergens.length === 0 ? null : (
        <span>{t('canteen.cart.contains', { allergens: allergenNames(t, allergens) })}</span>
      )}
    </div>
  );
}
