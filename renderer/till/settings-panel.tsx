import { Dialog, DialogTrigger, Heading, Popover } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { Choice } from '../../ui/components/choice.tsx';
import { Icon } from '../../ui/components/icon.tsx';
import { Shortcut, TouchButton } from '../../ui/components/touch-button.tsx';
import { languageNames, languages } from '../../ui/i18n/languages.ts';
import { call } from './connection.ts';
import { shortcuts } from './keyboard.ts';
import { choose, themes, usePreferences } from './preferences.ts';
import { useTill, useWindow } from './store.ts';

/** Language in two taps: this button, then the language. Appearance, sound and the keys are here too. */
export function SettingsPanel() {
  const { t } = useTranslation();
  const language = usePreferences((preferences) => preferences.language);
  const isOpen = useWindow((state) => state.isSettingsOpen);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={(isSettingsOpen) => useWindow.setState({ isSettingsOpen })}>
      <TouchButton look="quiet" aria-label={`${language.toUpperCase()}: ${t('settings.open')}`} className="px-3">
        <Icon name="globe" />
        <span className="uppercase">{language}</span>
      </TouchButton>
      <Popover
        placement="bottom end"
        className="w-[min(30rem,calc(100vw-2rem))] rounded-large border border-line bg-surface text-ink shadow-(--shadow)"
      >
        <Dialog className="max-h-[calc(100vh-6rem)] overflow-y-auto p-6 outline-none">
          <SettingsContent />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function SettingsContent() {
  const { t } = useTranslation();
  const { language, theme, sound } = usePreferences();
  return (
    <div className="flex flex-col gap-5">
      <div className="flex items-center justify-between">
        <Heading slot="title" className="text-xl font-bold">
          {t('settings.title')}
        </Heading>
        <TouchButton look="quiet" slot="close" aria-label={t('settings.close')} className="-mr-3 px-0">
          <Icon name="close" />
        </TouchButton>
      </div>
      <Row title={t('settings.language')}>
        <Choice
          label={t('settings.language')}
          value={language}
          options={languages.map((value) => ({ value, label: languageNames[value], language: value }))}
          onChoose={(value) => choose({ language: value })}
        />
      </Row>
      <Row title={t('settings.theme')}>
        <Choice
          label={t('settings.theme')}
          value={theme}
          options={themes.map((value) => ({ value, label: t(`settings.themes.${value}`) }))}
          onChoose={(value) => choose({ theme: value })}
        />
      </Row>
      <Row title={t('settings.sound')}>
        <Choice
          label={t('settings.sound')}
          value={sound ? 'on' : 'off'}
          options={[
            { value: 'on', label: t('settings.soundOn') },
            { value: 'off', label: t('settings.soundOff') },
          ]}
          onChoose={(value) => choose({ sound: value === 'on' })}
        />
      </Row>
      <TouchButton
        onPress={() => {
          useWindow.setState({ isSettingsOpen: false, place: 'receipt-settings' });
        }}
      >
        <Icon name="printer" className="text-accent" />
        {t('receipt.settings')}
      </TouchButton>
      <Checkout />
      <Catering />
      <Row title={t('settings.shortcuts')}>
        <KeyList />
      </Row>
    </div>
  );
}

/** How a sale is paid at this till (Q51); an account has no second tap. */
function Checkout() {
  const { t } = useTranslation();
  const mode = useTill((till) => till.view?.till?.mode ?? null);
  const taps = useTill((till) => till.view?.checkoutTaps ?? 1);
  if (mode !== 'tag') return null;
  return (
    <Row title={t('settings.checkout')}>
      <Choice
        label={t('settings.checkout')}
        value={taps === 1 ? 'one' : 'two'}
        options={[
          { value: 'one', label: t('settings.checkoutOne') },
          { value: 'two', label: t('settings.checkoutTwo') },
        ]}
        onChoose={(value) => void call((klink) => klink.setCheckout({ taps: value === 'one' ? 1 : 2 }))}
      />
      <p className="mt-2 text-sm text-muted">{t(`settings.checkoutHelp.${taps === 1 ? 'one' : 'two'}`)}</p>
    </Row>
  );
}

/** Canteens: whether this till shows and takes meal credit (R112, R113). */
function Catering() {
  const { t } = useTranslation();
  const isCatering = useTill((till) => till.view?.till?.isCatering ?? null);
  if (isCatering === null) return null;
  const kind = isCatering ? 'catering' : 'other';
  return (
    <Row title={t('canteen.settings.title')}>
      <Choice
        label={t('canteen.settings.title')}
        value={kind}
        options={[
          { value: 'catering', label: t('canteen.settings.catering') },
          { value: 'other', label: t('canteen.settings.other') },
        ]}
        onChoose={(value) => void call((klink) => klink.setCatering({ catering: value === 'catering' }))}
      />
      <p className="mt-2 text-sm text-muted">{t(`canteen.settings.help.${kind}`)}</p>
    </Row>
  );
}

function Row({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <h3 className="mb-2 text-sm font-semibold text-muted">{title}</h3>
      {children}
    </div>
  );
}

function KeyList() {
  const { t } = useTranslation();
  const isAccount = useTill((till) => till.view?.till?.mode === 'account');
  // With accounts there is nothing to issue, and nobody else pays what is missing.
  const ofTags: readonly (readonly [string, string])[] = [
    [shortcuts.issue, t('keys.issue')],
    [shortcuts.payByCard, t('keys.payByCard')],
    [shortcuts.anotherTag, t('keys.anotherTag')],
  ];
  const ofAccounts: readonly (readonly [string, string])[] = [[shortcuts.acknowledge, t('canteen.warning.key')]];
  const rows: readonly (readonly [string, string])[] = [
    [t('keys.digits'), t('keys.quantity')],
    [t('keys.letters'), t('keys.search')],
    [t('keys.enter'), t('keys.pay')],
    [t('keys.escape'), t('keys.cancel')],
    ['+ −', t('keys.plusMinus')],
    ['← ↑ → ↓', t('keys.arrows')],
    [shortcuts.discount, t('keys.discount')],
    [shortcuts.freeAmount, t('keys.freeAmount')],
    [shortcuts.topUp, t('keys.topUp')],
    [shortcuts.balance, t('keys.balance')],
    [shortcuts.clear, t('keys.clear')],
    [shortcuts.nextPage, t('keys.nextPage')],
    [shortcuts.settings, t('keys.settings')],
    [shortcuts.simulator, t('keys.simulator')],
    [shortcuts.menu, t('keys.menu')],
    [shortcuts.undo, t('keys.undo')],
    ...(isAccount ? ofAccounts : ofTags),
  ];
  return (
    <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2 text-sm">
      {rows.map(([key, meaning]) => (
        <div key={`${key} ${meaning}`} className="contents">
          <dt>
            <Shortcut>{key}</Shortcut>
            <span className="sr-only">{key}</span>
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}
