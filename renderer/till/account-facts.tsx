import { useTranslation } from 'react-i18next';
import type { AccountView, SalePartView } from '../../contract/ipc/account-view.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { Figure } from '../../ui/components/state-page.tsx';
import { formatTime } from '../../ui/i18n/format.ts';
import { allergenNames } from './allergen-names.ts';
import { Money, useLocale, useMoneyText } from './money.tsx';
import { useTill } from './store.ts';

type Member = NonNullable<AccountView['member']>;

/** Whose account it is: initials in the place of a photo, name and class. */
export function MemberName({ member }: { readonly member: Member }) {
  const { t } = useTranslation();
  const { displayName, className } = member;
  return (
    <div data-testid="member" className="flex items-center gap-4">
      <span
        aria-hidden
        className="grid size-16 shrink-0 place-items-center rounded-full border-3 border-current text-2xl font-bold"
      >
        {initialsOf(displayName)}
      </span>
      <div className="min-w-0 leading-tight">
        <div className="break-words text-[clamp(1.5rem,4vh,2.25rem)] font-bold">{displayName}</div>
        {className === null ? null : <div className="text-lg">{t('canteen.account.class', { name: className })}</div>}
      </div>
    </div>
  );
}

/** The first letters of the first and the last name. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return letters
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toLocaleUpperCase();
}

/** A member and what they have: cash, the credit for meals, what both come to, and what the day still allows (R112, R113). */
export function AccountFacts({ account }: { readonly account: AccountView }) {
  const { t } = useTranslation();
  const moneyText = useMoneyText();
  const { member, cashMinor, creditMinor, toSpendMinor } = account;
  if (member === null) return <Age account={account} />;
  const { allergens, dailyLimit } = member;
  return (
    <section aria-label={t('canteen.account.label')} className="flex flex-col gap-4">
      <MemberName member={member} />
      <div className="flex flex-wrap gap-x-8 gap-y-3">
        {creditMinor === null ? null : (
          <>
            <Small label={t('canteen.account.cash')} amountMinor={cashMinor} testId="cash" />
            <Small label={t('canteen.account.credit')} amountMinor={creditMinor} testId="credit" />
            <Small label={t('canteen.account.toSpend')} amountMinor={toSpendMinor} testId="to-spend" />
          </>
        )}
        {dailyLimit === null ? null : (
          <Small
            label={t('canteen.account.leftToday', { limit: moneyText(dailyLimit.limitMinor) })}
            amountMinor={dailyLimit.leftMinor}
            testId="left-today"
          />
        )}
      </div>
      {allergens.length === 0 ? null : (
        <p className="flex items-center gap-3 text-lg font-bold">
          <Icon name="alert" className="size-7" />
          {t('canteen.account.allergicTo', { allergens: allergenNames(t, allergens) })}
        </p>
      )}
      <Age account={account} />
    </section>
  );
}

function Small({
  label,
  amountMinor,
  testId,
}: {
  readonly label: string;
  readonly amountMinor: number;
  readonly testId: string;
}) {
  return (
    <div>
      <div className="text-base opacity-90">{label}</div>
      <Money amountMinor={amountMinor} testId={testId} className="text-2xl font-bold leading-tight" />
    </div>
  );
}

/** Where the backend could not be asked: as of when this is known. */
function Age({ account: { asOf, isFresh } }: { readonly account: AccountView }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const timeZone = useTill((till) => till.view?.till?.timeZone ?? null);
  if (isFresh) return null;
  const words =
    asOf === null
      ? t('canteen.account.asOfNever')
      : t('canteen.account.asOf', { time: formatTime(asOf, locale, timeZone) });
  return (
    <p className="flex items-center gap-2 text-lg">
      <Icon name="cloudOff" />
      {words}
    </p>
  );
}

/** What of a sale credit has paid, as far as the till can know, and what cash has. */
export function PaidBy({ parts }: { readonly parts: readonly SalePartView[] }) {
  const { t } = useTranslation();
  const creditMinor = parts.reduce((sum, part) => sum + part.creditMinor, 0);
  const totalMinor = parts.reduce((sum, part) => sum + part.amountMinor, 0);
  if (creditMinor === 0) return null;
  return (
    <div className="flex flex-wrap gap-x-8 gap-y-3">
      <Figure label={t('canteen.paid.byCredit')} size="medium">
        <Money amountMinor={creditMinor} testId="paid-by-credit" />
      </Figure>
      <Figure label={t('canteen.paid.byCash')} size="medium">
        <Money amountMinor={totalMinor - creditMinor} testId="paid-by-cash" />
      </Figure>
    </div>
  );
}
