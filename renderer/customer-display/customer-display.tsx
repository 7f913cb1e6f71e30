import type { i18n, TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { I18nextProvider, useTranslation } from 'react-i18next';
import type { CustomerView } from '../../contract/ipc/customer-view.ts';
import { Amount } from '../../ui/components/amount.tsx';
import { Figure, StatePage } from '../../ui/components/state-page.tsx';
import { formatBasisPoints, localeOf } from '../../ui/i18n/format.ts';
import { usePreferences } from '../till/preferences.ts';
import { useDocumentLook } from '../till/theme.ts';
import { TrainingBanner } from '../till/training-banner.tsx';
import { useCustomer } from './connection.ts';

type Charge = NonNullable<CustomerView['screen']['charge']>;

/** The second window: what the customer pays, what is on the tag before and after, and when to show it. */
export function CustomerDisplay({ translator }: { readonly translator: i18n }) {
  const view = useCustomer((customer) => customer.view);
  useDocumentLook();
  return (
    <I18nextProvider i18n={translator}>
      <div className="flex h-full flex-col">
        {view?.training ? <TrainingBanner /> : null}
        <main
          data-testid="customer-state"
          data-state={view?.screen.screen ?? 'starting'}
          className="min-h-0 flex-1 @container"
        >
          {view === null ? null : <Shown view={view} />}
        </main>
      </div>
    </I18nextProvider>
  );
}

function Shown({ view }: { readonly view: CustomerView }) {
  const { t } = useTranslation();
  const { screen } = view;
  const { charge } = screen;
  // What staff does with a tag is nobody else's business.
  if (charge === undefined || !concernsCustomer(charge)) return <Waiting view={view} />;
  switch (screen.screen) {
    case 'tap':
      return (
        <StatePage tone="tap" title={t(screen.twoTaps?.opened === undefined ? 'customer.tap' : 'customer.confirm')}>
          <ChargeFigure view={view} charge={charge} />
          <Opened view={view} />
        </StatePage>
      );
    case 'paying':
    case 'payment-open':
      return (
        <StatePage tone="writing" title={t('customer.card')}>
          <ChargeFigure view={view} charge={charge} />
        </StatePage>
      );
    case 'writing':
      return (
        <StatePage
          tone="writing"
          title={t('writing.title')}
          progress={(screen.progress?.done ?? 0) / Math.max(1, screen.progress?.total ?? 1)}
        >
          <ChargeFigure view={view} charge={charge} />
        </StatePage>
      );
    case 'again':
      return (
        <StatePage tone="again" title={t('again.title')}>
          <p className="text-2xl">{t('again.help')}</p>
        </StatePage>
      );
    case 'done':
      return (
        <StatePage tone="done" title={t(`done.title.${charge.purpose}`)}>
          <Balances view={view} />
        </StatePage>
      );
    case 'refused':
      return <Refused view={view} />;
    case 'unknown':
      return (
        <StatePage tone="unknown" title={t('unknown.title')}>
          <p className="text-2xl">{t('customer.askStaff')}</p>
        </StatePage>
      );
    case 'starting':
    case 'enrolment':
    case 'sale':
    // What a member is allergic to is between them and whoever serves.
    case 'allergens':
    case 'halted':
      return <Waiting view={view} />;
    default:
      return screen.screen satisfies never;
  }
}

function concernsCustomer({ purpose }: Charge): boolean {
  return purpose !== 'login' && purpose !== 'approval';
}

/** Between two customers, or while the cart is filled. */
function Waiting({ view }: { readonly view: CustomerView }) {
  const { t } = useTranslation();
  const { till, cart } = view;
  if (till === null || cart.lines.length === 0)
    return (
      <section className="flex h-full flex-col items-center justify-center gap-4 bg-canvas p-8 text-center">
        <h1 className="text-[clamp(2.5rem,8vw,5rem)] font-bold leading-tight tracking-tight">
          {t('customer.welcome')}
        </h1>
        {till === null ? null : (
          <p className="text-2xl text-muted">
            {till.merchantName} · {till.editionName}
          </p>
        )}
      </section>
    );
  return (
    <section aria-label={t('sale.cart')} className="flex h-full min-h-0 flex-col bg-surface p-8">
      <ol className="min-h-0 flex-1 overflow-y-auto text-2xl">
        {cart.lines.map((line, at) => (
          <li
            key={line.productId ?? `amount-${at}`}
            className="flex items-baseline justify-between gap-6 border-b border-line py-3"
          >
            <span>
              {line.quantity === 1 ? null : <span className="figures mr-3 font-bold">{line.quantity} ×</span>}
              {line.productId === null ? t('product.freeAmount') : line.name}
            </span>
            <Sum view={view} amountMinor={line.lineMinor} />
          </li>
        ))}
        <Reductions view={view} />
      </ol>
      <div className="flex items-baseline justify-between gap-6 border-t-2 border-line-strong pt-5">
        <span className="text-3xl text-muted">{totalLabel(t, cart)}</span>
        <Sum
          view={view}
          amountMinor={cart.toPayMinor}
          className="text-[clamp(3rem,10vw,6rem)] font-bold leading-none"
          testId="customer-total"
        />
      </div>
    </section>
  );
}

function totalLabel(t: TFunction, { parts, totalMinor }: CustomerView['cart']): string {
  if (parts.length > 0) return t('sale.leftToPay');
  return totalMinor < 0 ? t('sale.toCustomer') : t('sale.total');
}

function ChargeFigure({ view, charge }: { readonly view: CustomerView; readonly charge: Charge }) {
  const { t } = useTranslation();
  if (charge.amountMinor === 0) return null;
  return (
    <div className="flex flex-wrap items-end gap-x-10 gap-y-4">
      <Figure label={t(`purpose.${charge.purpose}`)}>
        <Sum view={view} amountMinor={Math.abs(charge.amountMinor)} />
      </Figure>
      {charge.feeMinor === 0 ? null : (
        <Figure label={t('tap.fee')} size="medium">
          <Sum view={view} amountMinor={charge.feeMinor} />
        </Figure>
      )}
    </div>
  );
}

/** Two taps (Q51): what the second one agrees to. */
function Opened({ view }: { readonly view: CustomerView }) {
  const { t } = useTranslation();
  const opened = view.screen.twoTaps?.opened;
  if (opened === undefined) return null;
  return (
    <div className="flex flex-wrap items-end gap-x-8 gap-y-4">
      <Figure label={t('done.before')} size="medium">
        <Sum view={view} amountMinor={opened.balanceBeforeMinor} testId="balance-before" />
      </Figure>
      <Figure label={t('done.after')} size="medium">
        <Sum view={view} amountMinor={opened.balanceAfterMinor} testId="balance-after" />
      </Figure>
    </div>
  );
}

/** What lowers what is left to be paid. */
function Reductions({ view }: { readonly view: CustomerView }) {
  const { t } = useTranslation();
  const language = usePreferences((preferences) => preferences.language);
  const { discount, parts } = view.cart;
  const locale = localeOf(language, view.till?.currency ?? null);
  const paidMinor = parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const rows = [
    ...(discount === null ? [] : [[discountName(t, discount.rateBasisPoints, locale), discount.amountMinor] as const]),
    ...(paidMinor === 0 ? [] : [[t('product.partPayment'), paidMinor] as const]),
  ];
  return rows.map(([name, amountMinor]) => (
    <li key={name} className="flex items-baseline justify-between gap-6 border-b border-line py-3 font-semibold">
      <span>{name}</span>
      <Sum view={view} amountMinor={-amountMinor} />
    </li>
  ));
}

function discountName(t: TFunction, rateBasisPoints: number | null, locale: string): string {
  return rateBasisPoints === null
    ? t('product.discount')
    : t('product.discountOf', { percent: formatBasisPoints(rateBasisPoints, locale) });
}

function Balances({ view }: { readonly view: CustomerView }): ReactNode {
  const { t } = useTranslation();
  const { tag, balanceBeforeMinor } = view.screen;
  if (tag === undefined) return null;
  const hasChanged = balanceBeforeMinor !== null && balanceBeforeMinor !== undefined;
  return (
    <div className="flex flex-wrap items-end gap-x-8 gap-y-6">
      {hasChanged ? (
        <Figure label={t('done.before')} size="medium">
          <Sum view={view} amountMinor={balanceBeforeMinor} testId="balance-before" />
        </Figure>
      ) : null}
      <Figure label={hasChanged ? t('done.after') : t('done.balance')}>
        <Sum view={view} amountMinor={tag.balanceMinor} testId="balance-after" />
      </Figure>
    </div>
  );
}

/** Why, in the customer's words: only what is missing is for their eyes, the rest is for the cashier to say. */
function Refused({ view }: { readonly view: CustomerView }) {
  const { t } = useTranslation();
  const { balanceMinor } = view.screen;
  const missingMinor = missingOf(view);
  return (
    <StatePage tone="refused" title={missingMinor === undefined ? t('customer.refused') : t('customer.notEnough')}>
      <div className="flex flex-wrap gap-x-12 gap-y-5">
        {missingMinor === undefined ? <p className="text-2xl">{t('customer.askStaff')}</p> : null}
        {missingMinor === undefined ? null : (
          <Figure label={t('refused.missing')}>
            <Sum view={view} amountMinor={missingMinor} />
          </Figure>
        )}
        {balanceMinor === null || balanceMinor === undefined ? null : (
          <Figure label={t('refused.balance')} size="medium">
            <Sum view={view} amountMinor={balanceMinor} />
          </Figure>
        )}
      </div>
    </StatePage>
  );
}

/** What is still missing: less, where something was taken out of the cart meanwhile. */
function missingOf({ screen: { fault, charge, balanceMinor }, cart }: CustomerView): number | undefined {
  const saidMinor = fault?.details?.missingMinor;
  if (saidMinor === undefined || charge?.purpose !== 'sale' || balanceMinor == null) return saidMinor;
  return Math.max(0, cart.toPayMinor - balanceMinor);
}

function Sum({
  view,
  ...amount
}: {
  readonly view: CustomerView;
  readonly amountMinor: number;
  readonly className?: string;
  readonly testId?: string;
}) {
  const language = usePreferences((preferences) => preferences.language);
  const currency = view.till?.currency ?? null;
  return currency === null ? null : <Amount {...amount} currency={currency} locale={localeOf(language, currency)} />;
}
