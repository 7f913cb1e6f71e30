import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { classNames } from '../../ui/components/class-names.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { pay } from './cart.tsx';
import { useWindow } from './store.ts';
import {
  eraseKey,
  forgetTyped,
  searchFieldId,
  takeFirstHit,
  typedLengthMax,
  typeKey,
  useTyped,
} from './typed-search.ts';

/** Where what is typed can be seen and touched. Any letter typed on the sale screen comes here by itself. */
export function SearchField({ onLeaveDown }: { readonly onLeaveDown: () => void }) {
  const { t } = useTranslation();
  const typed = useWindow((state) => state.typed);
  const areLettersShown = useWindow((state) => state.areLettersShown);
  const { quantity, hits } = useTyped();
  return (
    <search className="relative mx-5 mt-4 flex shrink-0 items-center">
      <Icon name="search" className="pointer-events-none absolute left-4 text-muted" />
      <input
        id={searchFieldId}
        type="text"
        // The letters below are for fingers: the system's own keyboard would cover what is found.
        inputMode="none"
        aria-label={t('search.label')}
        placeholder={t('search.label')}
        value={typed}
        maxLength={typedLengthMax}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => useWindow.setState({ typed: event.target.value })}
        onPointerDown={({ pointerType }) => {
          if (pointerType === 'touch') useWindow.setState({ areLettersShown: true });
        }}
        onKeyDown={(event) => onFieldKey(event, onLeaveDown)}
        className={classNames(
          'min-h-14 w-full rounded-full border bg-surface outline-offset-0 pl-13 pr-48 text-lg text-ink placeholder:text-muted',
          typed === '' ? 'border-line-strong/60' : 'border-accent',
        )}
      />
      <div className="absolute right-0 flex items-center">
        {quantity === null ? null : (
          <span className="figures whitespace-nowrap rounded-full bg-accent px-3 py-1.5 text-lg font-bold text-on-accent">
            {quantity} ×
          </span>
        )}
        {typed === '' ? null : (
          <TouchButton look="quiet" aria-label={t('search.clear')} onPress={forgetTyped} className="!rounded-full px-0">
            <Icon name="close" />
          </TouchButton>
        )}
        <TouchButton
          look="quiet"
          aria-label={areLettersShown ? t('search.hideLetters') : t('search.showLetters')}
          aria-expanded={areLettersShown}
          onPress={() => useWindow.setState({ areLettersShown: !areLettersShown })}
          className={classNames('!rounded-full px-0 text-muted', areLettersShown && 'bg-accent-soft')}
        >
          <Icon name="letters" />
        </TouchButton>
      </div>
      <span role="status" className="sr-only">
        {quantity === null ? '' : `${t('sale.quantityNext', { count: quantity })}. `}
        {hits === null ? '' : t('search.found', { count: hits.length, first: hits[0]?.name ?? '' })}
      </span>
    </search>
  );
}

function onFieldKey(event: KeyboardEvent<HTMLInputElement>, onLeaveDown: () => void): void {
  // A key that ends a letter of another script is not the key it looks like.
  if (event.nativeEvent.isComposing) return;
  if (event.key === 'Enter') {
    if (!takeFirstHit()) pay();
    event.preventDefault();
  } else if (event.key === 'ArrowDown') {
    onLeaveDown();
    event.preventDefault();
  }
}

const letters = [...'abcdefghijklmnopqrstuvwxyz'];
const digits = [...'1234567890'];

/** Letters for a screen that is only touched, in an order that needs no learning. */
export function SearchLetters() {
  const { t } = useTranslation();
  return (
    <fieldset
      aria-label={t('search.letters')}
      className="grid grid-cols-[repeat(auto-fill,minmax(3.5rem,1fr))] gap-1 px-3 pt-3"
    >
      {[...letters, ...digits].map((letter) => (
        <TouchButton key={letter} onPress={() => typeKey(letter)} className="!rounded-small !px-0 text-xl">
          {letter.toUpperCase()}
        </TouchButton>
      ))}
      <TouchButton aria-label={t('search.space')} onPress={() => typeKey(' ')} className="!rounded-small !px-0">
        <span aria-hidden>␣</span>
      </TouchButton>
      <TouchButton aria-label={t('search.erase')} onPress={eraseKey} className="!rounded-small !px-0">
        <Icon name="backspace" />
      </TouchButton>
    </fieldset>
  );
}
