import type { ReactNode } from 'react';

export type StateTone = 'tap' | 'writing' | 'again' | 'done' | 'refused' | 'unknown' | 'allergy' | 'halted';

/**
 * The large sign of a state. Each has an outline of its own (rings, ring of progress, triangle, circle, octagon, diamond,
 * shield, square), so that it is told from the others without its colour.
 */
export function StateShape({ tone, progress = 0 }: { readonly tone: StateTone; readonly progress?: number }) {
  return (
    <svg aria-hidden viewBox="0 0 100 100" className="arrive block size-full max-h-full max-w-full">
      <g fill="none" stroke="currentColor" strokeWidth="5" strokeLinecap="round" strokeLinejoin="round">
        {drawing(tone, progress)}
      </g>
    </svg>
  );
}

function drawing(tone: StateTone, progress: number): ReactNode {
  switch (tone) {
    case 'tap':
      return (
        <>
          <circle className="ripple" cx="50" cy="50" r="40" strokeWidth="2.5" />
          <circle cx="50" cy="50" r="30" />
          <circle cx="50" cy="50" r="20" strokeWidth="3" strokeOpacity="0.55" />
          <path d="M50 42v16 M42 50h16" strokeOpacity="0" />
          <circle cx="50" cy="50" r="8" fill="currentColor" stroke="none" />
        </>
      );
    case 'writing':
      return (
        <>
          <circle cx="50" cy="50" r="38" strokeWidth="9" strokeOpacity="0.25" />
          <circle
            cx="50"
            cy="50"
            r="38"
            strokeWidth="9"
            pathLength="100"
            strokeDasharray={`${Math.max(2, progress * 100)} 100`}
            transform="rotate(-90 50 50)"
          />
          <path d="M50 33v25 M40 49l10 10 10-10" />
          <path d="M38 68h24" />
        </>
      );
    case 'again':
      return (
        <>
          <path d="M50 12 92 84H8Z" strokeWidth="6" />
          <path d="M50 38v22" strokeWidth="7" />
          <path d="M50 72v.2" strokeWidth="8" />
        </>
      );
    case 'done':
      return (
        <>
          <circle cx="50" cy="50" r="40" strokeWidth="6" />
          <path className="draw" pathLength="100" d="M31 52l13 13 26-29" strokeWidth="8" />
        </>
      );
    case 'refused':
      return (
        <>
          <path d="M33 9h34l24 24v34L67 91H33L9 67V33Z" strokeWidth="6" />
          <path d="M36 36l28 28 M64 36 36 64" strokeWidth="8" />
        </>
      );
    case 'unknown':
      return (
        <>
          <path d="M50 6 94 50 50 94 6 50Z" strokeWidth="6" />
          <path d="M40 41c0-14 20-13 20-1 0 8-10 9-10 18" strokeWidth="7" />
          <path d="M50 71v.2" strokeWidth="8" />
        </>
      );
    case 'allergy':
      return (
        <>
          <path d="M50 7 88 20v30c0 22-16 37-38 43-22-6-38-21-38-43V20Z" strokeWidth="6" />
          <path d="M50 31v24" strokeWidth="8" />
          <path d="M50 69v.2" strokeWidth="9" />
        </>
      );
    case 'halted':
      return (
        <>
          <rect x="12" y="12" width="76" height="76" rx="6" strokeWidth="6" />
          <path d="M39 34v32 M61 34v32" strokeWidth="9" />
        </>
      );
    default:
      return tone satisfies never;
  }
}
