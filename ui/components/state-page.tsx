import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { StateShape, type StateTone } from './state-shape.tsx';

export interface StatePageProps {
  readonly tone: StateTone;
  readonly progress?: number;
  readonly title: string;
  /** What stands under the title, largest first. */
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
  /** A line at the lower edge that runs out in this time; null shows none. */
  readonly runsOutMs?: number | null;
}

/** One unmistakable state, over the whole window: its colour, its shape, its word. */
export function StatePage({ tone, progress = 0, title, children, actions, runsOutMs = null }: StatePageProps) {
  return (
    <section className={classNames('tone relative flex h-full min-h-0 @container', `tone-${tone}`)}>
      <div className="flex min-h-0 w-full flex-col gap-6 overflow-y-auto p-8 @3xl:flex-row @3xl:items-center @3xl:gap-[5cqw] @3xl:px-10 @3xl:py-6 @5xl:px-14">
        <div className="tone-shape mx-auto h-40 w-40 shrink-0 @3xl:mx-0 @3xl:h-auto @3xl:w-[30%] @3xl:max-w-90">
          <StateShape tone={tone} progress={progress} />
        </div>
        <div className="flex min-h-0 min-w-0 flex-1 flex-col gap-[clamp(0.75rem,3vh,1.75rem)]">
          <h1 className="text-[clamp(2rem,min(7vh,6cqw),3.75rem)] font-bold leading-[1.1] tracking-tight">{title}</h1>
          {children}
          {actions === undefined ? null : <div className="mt-1 flex flex-wrap gap-4">{actions}</div>}
        </div>
      </div>
      {runsOutMs === null ? null : (
        <div
          aria-hidden
          className="run-out absolute inset-x-0 bottom-0 h-2 bg-current/60"
          style={{ animationDuration: `${Math.max(0, runsOutMs)}ms` }}
        />
      )}
    </section>
  );
}

/** A figure with its name: the amount to pay, the balance before. */
export function Figure({
  label,
  children,
  size = 'large',
}: {
  readonly label: string;
  readonly children: ReactNode;
  readonly size?: 'large' | 'medium';
}) {
  return (
    <div className="min-w-0">
      <div className="text-lg font-medium opacity-90">{label}</div>
      <div
        className={classNames(
          'font-bold leading-none',
          size === 'large' ? 'text-[clamp(3rem,min(11vh,7.2cqw),6rem)]' : 'mt-1 text-[clamp(2rem,min(6vh,5cqw),3rem)]',
        )}
      >
        {children}
      </div>
    </div>
  );
}
