import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import type { ScreenView } from '../../contract/ipc/till-view.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { call } from './connection.ts';
import { useFaultText } from './fault-text.ts';
import { Field } from './field.tsx';

type EnrolmentView = Extract<ScreenView, { screen: 'enrolment' }>;

/** Where a backend of `npm start` is; any other is typed. */
const usualBackendUrl = 'http://127.0.0.1:7480';

/** The one time this till needs the network. */
export function EnrolmentScreen({ screen }: { readonly screen: EnrolmentView }) {
  const { t } = useTranslation();
  const faultText = useFaultText();
  const [backendUrl, setBackendUrl] = useState(usualBackendUrl);
  const [code, setCode] = useState('');
  const [terminalName, setTerminalName] = useState(t('enrolment.terminalNameDefault'));
  const [isAsked, setIsAsked] = useState(false);
  const isUrl = z.url({ protocol: /^https?$/ }).safeParse(backendUrl.trim()).success;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setIsAsked(true);
    if (!isUrl || code.trim() === '' || terminalName.trim() === '') return;
    void call((klink) =>
      klink.enrol({ backendUrl: backendUrl.trim(), code: code.trim(), terminalName: terminalName.trim() }),
    );
  };

  return (
    <section className="flex h-full overflow-y-auto p-4">
      <form
        noValidate
        onSubmit={submit}
        className="m-auto flex w-full max-w-140 flex-col gap-[clamp(0.75rem,2vh,1.25rem)] rounded-large border border-line bg-surface px-9 py-[clamp(1.25rem,3.5vh,2.25rem)] shadow-(--shadow)"
      >
        <div>
          <h1 className="text-3xl font-bold tracking-tight">{t('enrolment.title')}</h1>
          <p className="mt-1.5 text-lg text-muted">{t('enrolment.help')}</p>
        </div>
        {screen.fault === null ? null : (
          <div role="alert" className="flex gap-3 rounded-medium border-2 border-bad p-4 text-bad">
            <Icon name="alert" className="mt-0.5" />
            <div>
              <div className="font-bold">{faultText(screen.fault.code).title}</div>
              <div className="text-ink">{faultText(screen.fault.code).help}</div>
            </div>
          </div>
        )}
        <Field
          label={t('enrolment.backendUrl')}
          value={backendUrl}
          onChange={setBackendUrl}
          kind="url"
          problem={isAsked && !isUrl ? t('enrolment.invalidUrl') : null}
        />
        <Field
          label={t('enrolment.code')}
          value={code}
          onChange={(typed) => setCode(typed.toUpperCase())}
          kind="text"
          hint={t('enrolment.codeHelp')}
          problem={isAsked && code.trim() === '' ? t('enrolment.required') : null}
        />
        <Field
          label={t('enrolment.terminalName')}
          value={terminalName}
          onChange={setTerminalName}
          kind="text"
          problem={isAsked && terminalName.trim() === '' ? t('enrolment.required') : null}
        />
        <TouchButton
          type="submit"
          look="primary"
          shortcut="⏎"
          isDisabled={screen.busy}
          className="mt-1 min-h-16 text-xl font-bold"
        >
          {screen.busy ? t('enrolment.busy') : t('enrolment.submit')}
        </TouchButton>
      </form>
    </section>
  );
}
