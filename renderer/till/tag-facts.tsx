import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Diagnostics, TagDetails } from '../../contract/ipc/diagnostics.ts';
import { formatDateTime } from '../../ui/i18n/format.ts';
import { Card, Facts } from './facts-card.tsx';
import { useLocale } from './money.tsx';

/** The reader, and what the tag on it is found to be; never whose it is. */
export function TagFacts({
  diagnostics: { reader, tag },
  timeZone,
}: {
  readonly diagnostics: Diagnostics;
  readonly timeZone: string | null;
}) {
  const { t } = useTranslation();
  const name = reader.name === null ? '' : ` · ${reader.name}`;
  return (
    <Card title={t('diagnostics.reader.title')}>
      <Facts rows={[[t('diagnostics.reader.name'), `${t(`status.reader.${reader.state}`)}${name}`]]} />
      {reader.detail === null ? null : (
        <p lang="en" className="select-text text-sm text-muted">
          {reader.detail}
        </p>
      )}
      {tag === null ? (
        <p className="mt-2 text-muted">{t('diagnostics.reader.none')}</p>
      ) : (
        <Tag tag={tag} timeZone={timeZone} />
      )}
    </Card>
  );
}

function Tag({ tag, timeZone }: { readonly tag: TagDetails; readonly timeZone: string | null }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { technology, finding, shortUid, uidLength, atr, image, detail } = tag;
  const rows: (readonly [string, ReactNode])[] = [
    [
      t('diagnostics.reader.finding'),
      <span key="f" className="font-semibold">
        {t(`diagnostics.reader.findings.${finding}`)}
      </span>,
    ],
    [t('diagnostics.reader.technology'), t(`diagnostics.reader.technologies.${technology}`)],
  ];
  if (shortUid !== null && uidLength !== null)
    rows.push([
      t('diagnostics.reader.uid'),
      `${shortUid} (${t('diagnostics.reader.uidLength', { count: uidLength })})`,
    ]);
  if (image !== null) {
    const { transactionNumber, otherSlotValid, historyCount, blocked, keySetId, generation, writtenAt } = image;
    rows.push(
      [t('diagnostics.reader.number'), transactionNumber],
      [
        t('diagnostics.reader.fill'),
        t(otherSlotValid || transactionNumber === 0 ? 'diagnostics.reader.fillBoth' : 'diagnostics.reader.fillOne', {
          count: historyCount,
        }),
      ],
      [t('diagnostics.reader.writtenAt'), formatDateTime(writtenAt, locale, timeZone)],
      [t('diagnostics.reader.keySet'), `${keySetId} · ${t('diagnostics.reader.generation', { count: generation })}`],
      [t('diagnostics.reader.blocked'), t(blocked ? 'diagnostics.reader.yes' : 'diagnostics.reader.no')],
    );
  }
  rows.push([
    t('diagnostics.reader.atr'),
    <span key="atr" className="font-mono text-sm">
      {inPairs(atr)}
    </span>,
  ]);
  return (
    <div data-testid="tag-finding" data-finding={finding}>
      <Facts rows={rows} />
      {detail === null ? null : (
        <p lang="en" className="select-text text-sm text-muted">
          {detail}
        </p>
      )}
    </div>
  );
}

function inPairs(hex: string): string {
  return (hex.match(/../g) ?? []).join(' ');
}
