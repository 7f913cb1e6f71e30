import { useTranslation } from 'react-i18next';
import type { AccountView, SalePartView } from '../../contract/ipc/account-view.ts';
import { Icon } from '../../ui/components/icon.tsx';
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
        className="grid size-13 shrink-0 place-items-center rounded-full border-3 border-current text-xl font-bold"
      >
        {initialsOf(displayName)}
      </span>
      <div className="min-w-0 leading-tight">
        <div className="break-words text-[clamp(1.25rem,3.4vh,1.75rem)] font-bold">{displayName}</div>
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

/** How much of an account there is room for, and use: looked at; paid from; not enough on it. */
type Occasion = 'look' | 'paid' | 'refused';

/** A member and what they have: cash, the credit for meals, what both come to, and what the day still allows (R112, R113). */
export function AccountFacts({
  account,
  occasion,
  isBeyondDay = false,
}: {
  readonly account: AccountView;
  readonly occasion: Occasion;
  /** It is the limit of the day that is in the way. */
  readonly isBeyondDay?: boolean;
}) {
  const { t } = useTranslation();
  const moneyText = useMoneyText();
  const { member, cashMinor, creditMinor, toSpendMinor } = account;
  if (member === null) return <Age account={account} />;
  const { allergens, dailyLimit } = member;
  const isDayShown = dailyLimit !== null && (occasion === 'look' || isBeyondDay);
  return (
    <section aria-label={t('canteen.account.label')} className="flex flex-col gap-[clamp(0.5rem,2vh,1rem)]">
      <MemberName member={member} />
      {occasion === 'paid' ? null : (
        <div className="flex flex-wrap gap-x-8 gap-y-2">
          {creditMinor === null ? null : (
            <>
              <Small label={t('canteen.account.cash')} amountMinor={cashMinor} testId="cash" />
              <Small label={t('canteen.account.credit')} amountMinor={creditMinor} testId="credit" />
              {occasion === 'look' ? (
                <Small label={t('canteen.account.toSpend')} amountMinor={toSpendMinor} testId="to-spend" />
              ) : null}
            </>
          )}
          {isDayShown ? (
            <Small
              label={t('canteen.account.leftToday', { limit: moneyText(dailyLimit.limitMinor) })}
              amountMinor={dailyLimit.leftMinor}
              testId="left-today"
            />
          ) : null}
        </div>
      )}
      {allergens.length === 0 || occasion !== 'look' ? null : (
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
    <div className="flex flex-wrap gap-x-8 gap-y-2">
      <Small label={t('canteen.paid.byCredit')} amountMinor={creditMinor} testId="paid-by-credit" />
      <Small label={t('canteen.paid.byCash')} amountMinor={totalMinor - creditMinor} testId="paid-by-cash" />
    </div>
  );
}
