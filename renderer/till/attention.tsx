import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AttentionItem, attentionItemSchema } from '../../contract/ipc/attention.ts';
import { allFaultCodes } from '../../contract/ipc/fault.ts';
import { operations } from '../../contract/ipc/operations.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';
import { Icon, type IconName } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { formatAge } from '../../ui/i18n/format.ts';
import { answerOf, call } from './connection.ts';
import { useFaultText } from './fault-text.ts';
import { Money, useLocale } from './money.tsx';
import { useNowMs } from './now.ts';
import { Page } from './page.tsx';
import { goTo } from './store.ts';
import { shortUid } from './tag-name.ts';

const icons: Readonly<Record<AttentionItem['todo'], IconName>> = {
  'show-tag': 'wristband',
  'ask-operator': 'alert',
  'finish-payment': 'card',
  'give-cash-back': 'cash',
  'give-part-back': 'undo',
};

/** What somebody has to look at: what happened, in words, and what to do (screens.md, "Needs attention"). */
export function AttentionPage({ view }: { readonly view: TillView }) {
  const { t } = useTranslation();
  const items = useAttention(view.revision);
  return (
    <Page title={t('attention.title')} onBack={() => goTo('sale')}>
      {items?.length === 0 ? (
        <p className="flex items-center gap-3 text-xl">
          <Icon name="tick" className="size-8 text-good" />
          {t('status.attentionNone')}
        </p>
      ) : null}
      <ul className="flex max-w-240 flex-col gap-4">
        {items?.map((item, at) => (
          <Item key={`${item.todo}-${item.terminalTransactionNumber ?? at}`} item={item} />
        ))}
      </ul>
    </Page>
  );
}

/** The list, anew whenever the till has something new to say; null until the first answer. */
function useAttention(revision: number): readonly AttentionItem[] | null {
  const [items, setItems] = useState<readonly AttentionItem[] | null>(null);
  useEffect(() => {
    let isWanted = revision >= 0;
    void answerOf(operations.attention.answer, (klink) => klink.attention({})).then((answer) => {
      if (isWanted && answer !== null) setItems(attentionItemSchema.array().parse(answer.items));
    });
    return () => {
      isWanted = false;
    };
  }, [revision]);
  return items;
}

function Item({ item }: { readonly item: AttentionItem }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const nowMs = useNowMs(30_000);
  const { todo, terminalTransactionNumber, amountMinor, uid, type } = item;
  return (
    <li className="flex flex-wrap items-center gap-x-6 gap-y-3 rounded-medium border border-line bg-surface p-5">
      <Icon name={icons[todo]} className="size-9 text-bad" />
      <div className="min-w-72 flex-1">
        <h2 className="text-lg font-bold">{t(`attention.${todo}.title`)}</h2>
        <p>{t(`attention.${todo}.help`)}</p>
        <Reason item={item} />
        <p className="figures mt-1 text-muted">
          {[
            type === null ? null : t(`attention.type.${type}`),
            terminalTransactionNumber === null ? null : t('done.receipt', { number: terminalTransactionNumber }),
            uid === null ? null : `${t('done.tag')} ${shortUid(uid)}`,
            formatAge(item.at, nowMs, locale),
          ]
            .filter((part) => part !== null)
            .join(' · ')}
        </p>
      </div>
      {amountMinor === null ? null : <Money amountMinor={amountMinor} className="text-2xl font-bold" />}
      <Remedy item={item} />
    </li>
  );
}

/** Why, where the code says more than what is to be done. */
function Reason({ item: { todo, code, detail } }: { readonly item: AttentionItem }) {
  const faultText = useFaultText();
  if (todo === 'ask-operator')
    return (
      <p className="text-muted">
        {code}
        {detail === null ? '' : `: ${detail}`}
      </p>
    );
  const known = allFaultCodes.find((candidate) => candidate === code);
  return todo === 'give-cash-back' && known !== undefined ? (
    <p className="text-muted">{faultText(known).title}</p>
  ) : null;
}

function Remedy({ item: { todo, terminalTransactionNumber } }: { readonly item: AttentionItem }) {
  const { t } = useTranslation();
  if (terminalTransactionNumber === null) return null;
  switch (todo) {
    case 'show-tag':
      return (
        <TouchButton onPress={() => void call((klink) => klink.resolve({ terminalTransactionNumber }))}>
          {t('attention.show-tag.action')}
        </TouchButton>
      );
    case 'give-cash-back':
      return (
        <TouchButton onPress={() => void call((klink) => klink.confirmCashReturned({ terminalTransactionNumber }))}>
          {t('attention.give-cash-back.action')}
        </TouchButton>
      );
    case 'give-part-back':
      return (
        <TouchButton onPress={() => void call((klink) => klink.undoSale({ terminalTransactionNumber }))}>
          {t('attention.give-part-back.action')}
        </TouchButton>
      );
    case 'finish-payment':
      return (
        <div className="flex flex-wrap gap-3">
          <TouchButton onPress={() => void call((klink) => klink.finishPayment({}))}>
            {t('paymentOpen.finish')}
          </TouchButton>
          <TouchButton onPress={() => void call((klink) => klink.voidPayment({}))}>{t('paymentOpen.void')}</TouchButton>
        </div>
      );
    case 'ask-operator':
      return null;
    default:
      return todo satisfies never;
  }
}
