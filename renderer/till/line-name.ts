import { useTranslation } from 'react-i18next';
import type { TransactionDetails } from '../../contract/ipc/transactions.ts';
import { markOfProductId } from '../../contract/wire/sale-marks.ts';
import { formatBasisPoints } from '../../ui/i18n/format.ts';
import { useLocale } from './money.tsx';

type Line = Pick<TransactionDetails['lines'][number], 'productId' | 'name' | 'kind'>;

/** What a line of a transaction is called here: goods by their own name, everything else by what it is. */
export function useLineName(): (line: Line) => string {
  const { t } = useTranslation();
  const locale = useLocale();
  return ({ productId, name, kind }) => {
    const mark = markOfProductId(productId);
    // On the tag that paid a part, and on the one that took the goods.
    if (mark?.kind === 'part-payment')
      return t(kind === 'purchase-return' ? 'product.partPayment' : 'purpose.part-payment');
    if (mark?.kind === 'discount')
      return mark.rateBasisPoints === null
        ? t('product.discount')
        : t('product.discountOf', { percent: formatBasisPoints(mark.rateBasisPoints, locale) });
    if (productId === null && name !== null) return t('product.freeAmount');
    return name ?? productId ?? t(`transactions.kind.${kind}`);
  };
}
