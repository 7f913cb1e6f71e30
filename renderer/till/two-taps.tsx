import { useTranslation } from 'react-i18next';
import type { TwoTapsView } from '../../contract/ipc/till-view.ts';
import { classNames } from '../../ui/components/class-names.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { Figure } from '../../ui/components/state-page.tsx';
import { Money } from './money.tsx';

/** Which of the two taps is waited for: said by number, word and shape (Q51). */
export function TwoTapSteps({ twoTaps }: { readonly twoTaps: TwoTapsView }) {
  const { t } = useTranslation();
  const isOpened = twoTaps.tap === 'confirm';
  return (
    <ol aria-label={t('tap.twoTaps.steps')} className="flex flex-wrap items-center gap-x-4 gap-y-2 text-xl font-bold">
      <Step number={1} name={t('tap.twoTaps.open')} state={isOpened ? 'past' : 'now'} />
      <li aria-hidden className="h-0.5 w-10 bg-current/60" />
      <Step number={2} name={t('tap.twoTaps.confirm')} state={isOpened ? 'now' : 'to-come'} />
      {twoTaps.tap === 'confirm' && twoTaps.opened.isHeld ? (
        <li className="flex items-center gap-2 pl-2 text-lg font-medium">
          <Icon name="lock" />
          {t('tap.twoTaps.held')}
        </li>
      ) : null}
    </ol>
  );
}

function Step({
  number,
  name,
  state,
}: {
  readonly number: number;
  readonly name: string;
  readonly state: 'past' | 'now' | 'to-come';
}) {
  return (
    <li
      aria-current={state === 'now' ? 'step' : undefined}
      className={classNames('flex items-center gap-3', state === 'now' ? '' : 'font-medium')}
    >
      <span
        className={classNames(
          'figures grid size-11 place-items-center rounded-full border-2 border-current',
          state === 'now' && 'outline-3 outline-offset-3 outline-current',
        )}
      >
        {state === 'past' ? <Icon name="tick" /> : number}
      </span>
      {name}
    </li>
  );
}

/** What the second tap agrees to: the balance now, and what is left of it. */
export function OpenedSale({ opened }: { readonly opened: Extract<TwoTapsView, { tap: 'confirm' }>['opened'] }) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-wrap items-end gap-x-8 gap-y-4">
      <Figure label={t('tap.twoTaps.balance')} size="medium">
        <Money amountMinor={opened.balanceBeforeMinor} testId="balance-before" />
      </Figure>
      <span aria-hidden className="hidden pb-1 text-4xl font-light @5xl:inline">
        →
      </span>
      <Figure label={t('tap.twoTaps.afterwards')} size="medium">
        <Money amountMinor={opened.balanceAfterMinor} testId="balance-after" />
      </Figure>
    </div>
  );
}
