import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { operations } from '../../contract/ipc/operations.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';
import type { SalePart } from '../../contract/ipc/transactions.ts';
import { classNames } from '../../ui/components/class-names.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { formatTime } from '../../ui/i18n/format.ts';
import { answerOf, call } from './connection.ts';
import { shortcuts, useKeys } from './keyboard.ts';
import { useLineName } from './line-name.ts';
import { Money, useLocale } from './money.tsx';
import { Page } from './page.tsx';
import { goTo, useWindow } from './store.ts';
import { shortUid } from './tag-name.ts';

/** The last sale: what it was, when, on which tag, and taking it back whole at a tap of that tag (R5). */
export function UndoPage({ view }: { readonly view: TillView }) {
  const { t } = useTranslation();
  const parts = useLastSale(view.revision);
  const open = parts?.find(({ undo }) => undo === 'possible');
  // In a canteen one tap has paid for both, and one takes both back (Q50).
  const isOneTap = view.till?.mode === 'account' && new Set(parts?.map(({ uid }) => uid)).size === 1;
  const isSettingsOpen = useWindow((state) => state.isSettingsOpen);
  useKeys(!isSettingsOpen && open !== undefined, (key) => {
    if (key === shortcuts.pay && open !== undefined) takeBack(open);
    return key === shortcuts.pay;
  });
  return (
    <Page
      title={t('undo.title')}
      onBack={() => goTo('sale')}
      aside={<TouchButton onPress={() => goTo('transactions')}>{t('undo.others')}</TouchButton>}
    >
      {parts?.length === 0 ? <p className="text-xl">{t('undo.none')}</p> : null}
      {parts === null || parts.length === 0 ? null : (
        <>
          <p className="mb-5 max-w-200 text-lg">{t(parts.length > 1 && !isOneTap ? 'undo.helpParts' : 'undo.help')}</p>
          <div
            className={classNames(
              'grid items-start gap-5',
              parts.length > 1 ? 'max-w-320 @3xl:grid-cols-2' : 'max-w-200',
            )}
          >
            {parts.map((part) => (
              <Part
                key={part.terminalTransactionNumber}
                view={view}
                part={part}
                isOneOfSeveral={parts.length > 1 && !isOneTap}
                hasRemedy={!isOneTap || part.undo !== 'possible' || part === open}
                isNext={part === open}
              />
            ))}
          </div>
        </>
      )}
    </Page>
  );
}

function takeBack({ terminalTransactionNumber }: SalePart): void {
  void call((klink) => klink.undoSale({ terminalTransactionNumber }));
}

/** Anew whenever the till has something new to say; null until the first answer. */
function useLastSale(revision: number): readonly SalePart[] | null {
  const [parts, setParts] = useState<readonly SalePart[] | null>(null);
  useEffect(() => {
    let isWanted = revision >= 0;
    void answerOf(operations.lastSale.answer, (klink) => klink.lastSale({})).then((answer) => {
      if (isWanted && answer !== null) setParts(answer.parts);
    });
    return () => {
      isWanted = false;
    };
  }, [revision]);
  return parts;
}

/** What one tag has paid. */
function Part({
  view,
  part,
  isOneOfSeveral,
  hasRemedy,
  isNext,
}: {
  readonly view: TillView;
  readonly part: SalePart;
  readonly isOneOfSeveral: boolean;
  /** What is done about it is done here, and not with another part. */
  readonly hasRemedy: boolean;
  /** The one that Enter means. */
  readonly isNext: boolean;
}) {
  const { t } = useTranslation();
  const locale = useLocale();
  const lineName = useLineName();
  const tag = shortUid(part.uid);
  const time = formatTime(part.openedAt, locale, view.till?.timeZone ?? null);
  return (
    <section
      aria-label={t('done.receipt', { number: part.terminalTransactionNumber })}
      className="rounded-medium border border-line bg-surface p-6"
    >
      <div className="mb-4 flex flex-wrap items-start justify-between gap-4">
        <div>
          <h2 className="text-xl font-bold">{t('undo.sold', { time })}</h2>
          <p className="figures text-muted">
            {t('done.receipt', { number: part.terminalTransactionNumber })} · {t('done.tag')} {tag}
          </p>
        </div>
        <Money amountMinor={-part.balanceDeltaMinor} className="text-4xl font-bold" />
      </div>
      <ul className="mb-4 border-y border-line py-2 text-lg">
        {part.lines.map((line) => (
          <li key={line.line} className="flex items-baseline justify-between gap-4 py-1">
            <span>
              {line.quantity > 1 ? <span className="figures mr-2 font-semibold">{line.quantity} ×</span> : null}
              {lineName(line)}
            </span>
            <Money amountMinor={line.kind === 'purchase-return' ? -line.amountMinor : line.amountMinor} />
          </li>
        ))}
      </ul>
      <p className="mb-5 flex flex-wrap gap-x-8 gap-y-1 text-lg">
        <span>
          {t('done.before')} <Money amountMinor={part.balanceBeforeMinor} className="font-semibold" />
        </span>
        <span>
          {t('done.after')} <Money amountMinor={part.balanceAfterMinor} className="font-semibold" />
        </span>
      </p>
      {hasRemedy ? (
        <Remedy
          part={part}
          isNext={isNext}
          label={isOneOfSeveral ? t('undo.takePartBack', { tag }) : t('undo.takeBack')}
        />
      ) : null}
    </section>
  );
}

function Remedy({
  part,
  isNext,
  label,
}: {
  readonly part: SalePart;
  readonly isNext: boolean;
  readonly label: string;
}) {
  const { t } = useTranslation();
  const { terminalTransactionNumber } = part;
  switch (part.undo) {
    case 'possible':
      return (
        <TouchButton
          look="primary"
          {...(isNext ? { shortcut: '⏎' } : {})}
          onPress={() => takeBack(part)}
          className="min-h-18 w-full text-xl font-bold"
        >
          <Icon name="undo" />
          {label}
        </TouchButton>
      );
    case 'returned':
      return (
        <p className="flex items-center gap-3 text-lg font-semibold">
          <Icon name="tick" className="size-7 text-good" />
          {t('undo.returned')}
        </p>
      );
    case 'unknown':
      return (
        <div className="flex flex-wrap items-center gap-4">
          <p className="flex flex-1 items-center gap-3 text-lg font-semibold">
            <Icon name="alert" className="size-7 text-bad" />
            {t('undo.unknown')}
          </p>
          <TouchButton onPress={() => void call((klink) => klink.resolve({ terminalTransactionNumber }))}>
            {t('undo.findOut')}
          </TouchButton>
        </div>
      );
    default:
      return part.undo satisfies never;
  }
}
