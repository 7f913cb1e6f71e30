import type { ReactNode } from 'react';
import { Button, type ButtonProps } from 'react-aria-components';
import { classNames } from './class-names.ts';

const looks = {
  /** The one thing to do next. */
  primary: 'bg-accent text-on-accent border-transparent data-[pressed]:opacity-85',
  /** Everything else that can be done. */
  plain: 'bg-surface text-ink border-line-strong/60 data-[pressed]:bg-accent-soft',
  /** Among many of its kind. */
  quiet: 'bg-transparent text-ink border-transparent data-[pressed]:bg-accent-soft',
  /** On a full-colour ground. */
  onGround: 'bg-transparent text-current border-current data-[pressed]:bg-current/15',
} as const;

export interface TouchButtonProps extends Omit<ButtonProps, 'className' | 'children' | 'style'> {
  readonly look?: keyof typeof looks;
  /** The key that does the same, shown small. */
  readonly shortcut?: string;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A button for gloves: at least 56 px high and wide. */
export function TouchButton({ look = 'plain', shortcut, className, children, ...props }: TouchButtonProps) {
  return (
    <Button
      {...props}
      className={classNames(
        'inline-flex min-h-14 min-w-14 items-center justify-center gap-3 rounded-medium border px-5 text-center font-semibold',
        'data-[disabled]:opacity-45',
        looks[look],
        className,
      )}
    >
      {children}
      {shortcut === undefined ? null : <Shortcut>{shortcut}</Shortcut>}
    </Button>
  );
}

/** The name of a key, for people who see: drawn by the style sheet, so that it is no part of the button's name. */
export function Shortcut({ children }: { readonly children: string }) {
  return (
    <kbd
      aria-hidden
      data-key={children}
      className="figures rounded-[0.4rem] border border-current/45 px-1.5 py-0.5 font-sans text-xs font-medium leading-none before:content-[attr(data-key)]"
    />
  );
}
