import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tagUidSchema } from '../../contract/wire/identifiers.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { call } from './connection.ts';
import { Field } from './field.tsx';
import { Page } from './page.tsx';
import { goTo } from './store.ts';

/** The number of a tag as people write it: small letters, blanks, colons and dashes between. */
function uidOf(typed: string): string | null {
  const parsed = tagUidSchema.safeParse(typed.replaceAll(/[\s:-]/g, '').toUpperCase());
  return parsed.success ? parsed.data : null;
}

/** Which tag was lost; then a blank one is held to the reader and takes its place (money rule 2). */
export function ReplaceEntry() {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [isAsked, setIsAsked] = useState(false);
  const lostUid = uidOf(typed);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setIsAsked(true);
    if (lostUid === null) return;
    goTo('sale');
    void call((klink) => klink.replace({ lostUid }));
  };
  return (
    <Page title={t('menu.replace.title')} onBack={() => goTo('menu')}>
      <form onSubmit={submit} className="m-auto flex w-full max-w-140 flex-col gap-6">
        <p className="text-lg">{t('replace.help')}</p>
        <Field
          label={t('replace.uid')}
          value={typed}
          onChange={setTyped}
          kind="text"
          hint={t('replace.hint')}
          problem={isAsked && lostUid === null ? t('replace.invalid') : null}
        />
        <TouchButton type="submit" look="primary" shortcut="⏎" className="min-h-18 text-xl font-bold">
          <Icon name="wristbandNew" />
          {t('replace.go')}
        </TouchButton>
      </form>
    </Page>
  );
}
