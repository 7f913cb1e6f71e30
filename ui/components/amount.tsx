import { amountParts } from '../i18n/format.ts';
import { classNames } from './class-names.ts';

export interface AmountProps {
  readonly amountMinor: number;
  readonly currency: string;
  readonly locale: string;
  readonly sign?: 'auto' | 'always';
  readonly className?: string;
  readonly testId?: string;
}

/** An amount of money: the figure large, its currency smaller beside it, never broken over two lines. */
export function Amount({ amountMinor, currency, locale, sign = 'auto', className, testId }: AmountProps) {
  return (
    <span
      className={classNames('figures whitespace-nowrap', className)}
      {...(testId === undefined ? {} : { 'data-testid': testId })}
    >
      {amountParts(amountMinor, currency, locale, sign).map((part) =>
        part.kind === 'currency' ? (
          <span key={part.kind} className="mr-[0.22em] text-[max(0.55em,0.8125rem)] font-medium tracking-normal">
            {part.text}
          </span>
        ) : (
          <span key={part.kind}>{part.text}</span>
        ),
      )}
    </span>
  );
}
