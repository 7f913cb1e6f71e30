import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type SimulatorView, tearPoints } from '../../contract/ipc/simulator.ts';
import { Choice } from '../../ui/components/choice.tsx';
import { classNames } from '../../ui/components/class-names.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { simulate } from './connection.ts';
import { useWindow } from './store.ts';

type SimulatedTag = SimulatorView['tags'][number];
type TearPoint = (typeof tearPoints)[number];

const lastWrite = 100;

/** Wristbands to try everything with, where there is no reader; it says plainly that they are not real. */
export function SimulatorDrawer({ simulator }: { readonly simulator: SimulatorView }) {
  const { t } = useTranslation();
  return (
    <aside
      aria-label={t('simulator.title')}
      className="flex h-full min-h-0 flex-col border-line bg-raised max-[62rem]:border-t min-[62rem]:border-l"
    >
      <div className="flex items-start justify-between gap-2 pl-5 pr-2 pt-3">
        <div className="pt-2">
          <h2 className="flex items-center gap-2 text-lg font-bold">
            <Icon name="wristband" />
            {t('simulator.title')}
          </h2>
          <p className="mt-1 text-sm text-muted">{t('simulator.plain')}</p>
        </div>
        <TouchButton
          look="quiet"
          aria-label={t('simulator.close')}
          onPress={() => useWindow.setState({ isSimulatorOpen: false })}
          className="px-0"
        >
          <Icon name="close" />
        </TouchButton>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto p-4">
        {simulator.tags.length === 0 ? <p className="p-2 text-muted">{t('simulator.empty')}</p> : null}
        <ul className="grid grid-cols-[repeat(auto-fill,minmax(17rem,1fr))] gap-3">
          {simulator.tags.map((tag) => (
            <Wristband key={tag.tagId} tag={tag} isPresent={tag.tagId === simulator.presentTagId} />
          ))}
        </ul>
      </div>
      <Create nextNumber={simulator.tags.length + 1} />
    </aside>
  );
}

function Wristband({ tag, isPresent }: { readonly tag: SimulatedTag; readonly isPresent: boolean }) {
  const { t } = useTranslation();
  const [isMore, setIsMore] = useState(false);
  const { tagId, label } = tag;
  return (
    <li
      className={classNames(
        'rounded-medium border-2 bg-surface p-3',
        isPresent ? 'border-accent' : 'border-transparent shadow-(--shadow)',
      )}
    >
      <div className="mb-2 flex items-baseline justify-between gap-2 px-1">
        <span className="break-words font-semibold">{label}</span>
        {isPresent ? (
          <span className="shrink-0 text-sm font-semibold text-accent">{t('simulator.present')}</span>
        ) : (
          <span className="figures shrink-0 text-xs text-muted">{tag.uid}</span>
        )}
      </div>
      <div className="grid grid-cols-[minmax(min-content,1fr)_minmax(min-content,1fr)_auto] gap-2">
        <TouchButton
          look="primary"
          aria-label={`${t('simulator.tap')}: ${label}`}
          onPress={() => simulate({ kind: 'tap', tagId })}
          className="!px-1 text-[0.9375rem]"
        >
          {t('simulator.tap')}
        </TouchButton>
        {isPresent ? (
          <TouchButton
            aria-label={`${t('simulator.remove')}: ${label}`}
            onPress={() => simulate({ kind: 'remove' })}
            className="!px-1 text-[0.9375rem]"
          >
            {t('simulator.remove')}
          </TouchButton>
        ) : (
          <TouchButton
            aria-label={`${t('simulator.hold')}: ${label}`}
            onPress={() => simulate({ kind: 'hold', tagId })}
            className="!px-1 text-[0.9375rem]"
          >
            {t('simulator.hold')}
          </TouchButton>
        )}
        <TouchButton
          look="quiet"
          aria-label={t('simulator.more', { label })}
          aria-expanded={isMore}
          onPress={() => setIsMore(!isMore)}
          className="px-0"
        >
          <Icon name={isMore ? 'minus' : 'plus'} />
        </TouchButton>
      </div>
      {isMore ? <Mischief tagId={tagId} label={label} /> : null}
    </li>
  );
}

/** What goes wrong with real wristbands, on purpose. */
function Mischief({ tagId, label }: { readonly tagId: string; readonly label: string }) {
  const { t } = useTranslation();
  const [writeNumber, setWriteNumber] = useState(1);
  const [point, setPoint] = useState<TearPoint>('during');
  const act = (kind: 'corrupt' | 'rollback' | 'clone' | 'delete') => (): void => simulate({ kind, tagId });
  return (
    <div className="mt-3 flex flex-col gap-3 border-t border-line pt-3">
      <Choice
        label={t('simulator.tearPoint')}
        value={point}
        options={tearPoints.map((value) => ({ value, label: t(`simulator.points.${value}`) }))}
        onChoose={setPoint}
      />
      <div className="grid grid-cols-[minmax(min-content,1fr)_auto_auto_auto] items-center gap-0.5">
        <TouchButton
          aria-label={`${t('simulator.tear')}: ${label}`}
          onPress={() => simulate({ kind: 'tear', tagId, writeNumber, point })}
          className="px-2"
        >
          {t('simulator.tear')}
        </TouchButton>
        <TouchButton
          look="quiet"
          aria-label={`${t('simulator.tearWrite')} ${Math.max(1, writeNumber - 1)}`}
          onPress={() => setWriteNumber((number) => Math.max(1, number - 1))}
          className="px-0"
        >
          <Icon name="minus" />
        </TouchButton>
        <span className="figures min-w-12 text-center text-xs leading-tight">
          {t('simulator.tearWrite')}
          <br />
          <b className="text-lg">{writeNumber}</b>
        </span>
        <TouchButton
          look="quiet"
          aria-label={`${t('simulator.tearWrite')} ${writeNumber + 1}`}
          onPress={() => setWriteNumber((number) => Math.min(lastWrite, number + 1))}
          className="px-0"
        >
          <Icon name="plus" />
        </TouchButton>
      </div>
      <div className="grid grid-cols-2 gap-2">
        {(['corrupt', 'rollback', 'clone', 'delete'] as const).map((kind) => (
          <TouchButton
            key={kind}
            aria-label={`${t(`simulator.${kind}`)}: ${label}`}
            onPress={act(kind)}
            className="!px-1 text-[0.9375rem]"
          >
            {t(`simulator.${kind}`)}
          </TouchButton>
        ))}
      </div>
    </div>
  );
}

function Create({ nextNumber }: { readonly nextNumber: number }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const suggestion = t('simulator.labelDefault', { number: nextNumber });
  const create = (event: FormEvent): void => {
    event.preventDefault();
    simulate({ kind: 'create', label: typed.trim() === '' ? suggestion : typed.trim() });
    setTyped('');
  };
  return (
    <form
      onSubmit={create}
      className="flex flex-col gap-2 border-t border-line p-4 max-[62rem]:flex-row max-[62rem]:py-2"
    >
      <input
        aria-label={t('simulator.label')}
        placeholder={suggestion}
        value={typed}
        maxLength={40}
        onChange={(event) => setTyped(event.target.value)}
        className="min-h-14 w-full min-w-0 rounded-small border border-line-strong bg-surface px-4 text-ink placeholder:text-muted"
      />
      <TouchButton type="submit" className="shrink-0">
        <Icon name="plus" />
        {t('simulator.create')}
      </TouchButton>
    </form>
  );
}
