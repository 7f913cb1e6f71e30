import type { ReactNode } from 'react';

/** What belongs together, under its name. */
export function Card({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title} className="rounded-medium border border-line bg-surface p-5">
      <h2 className="mb-2 text-lg font-bold">{title}</h2>
      {children}
    </section>
  );
}

/** Names to the left, what is known to the right. */
export function Facts({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl>
      {rows.map(([name, value]) => (
        <div key={name} className="flex justify-between gap-6 border-b border-line py-1.5 last:border-b-0">
          <dt className="shrink-0 text-muted">{name}</dt>
          <dd className="figures min-w-0 break-words text-right">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
