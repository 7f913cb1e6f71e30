import { useId } from 'react';
import { classNames } from '../../ui/components/class-names.ts';

/** A line to type, with its name, a hint, and what is wrong with it. */
export function Field({
  label,
  value,
  onChange,
  kind,
  hint,
  problem,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly kind: 'text' | 'url';
  readonly hint?: string;
  readonly problem: string | null;
}) {
  const id = useId();
  const note = problem ?? hint ?? null;
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block font-semibold">
        {label}
      </label>
      <input
        id={id}
        type={kind}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={problem !== null}
        {...(note === null ? {} : { 'aria-describedby': `${id}-note` })}
        className={classNames(
          'min-h-14 w-full rounded-small border bg-raised px-4 text-lg text-ink',
          problem === null ? 'border-line-strong' : 'border-2 border-bad',
        )}
      />
      {note === null ? null : (
        <p id={`${id}-note`} className={classNames('mt-1.5 text-sm', problem === null ? 'text-muted' : 'text-bad')}>
          {note}
        </p>
      )}
    </div>
  );
}
