import { classNames } from './class-names.ts';

/** Drawn for a 24 px square with a 2 px line, in the colour of the text. */
const drawings = {
  alert: 'M12 4 2.8 20h18.4L12 4Z M12 10.5v4 M12 17.2v.1',
  amount: 'M4 6h16v12H4z M12 9.2v5.6 M9.6 10.6h4.8 M9.6 13.4h4.8',
  arrowUp: 'M12 20V5 M6 11l6-6 6 6',
  backspace: 'M9 5h11v14H9l-6-7 6-7Z M12 9.5l5 5 M17 9.5l-5 5',
  card: 'M3 6h18v12H3z M3 10h18 M6.5 14.5h4',
  cart: 'M3 4h2.6l2.2 11h10l2-7.5H6.6 M9 20v.1 M17 20v.1',
  cloud: 'M7 18.5a4.5 4.5 0 0 1-.4-9A6 6 0 0 1 18 9.6a4.5 4.5 0 0 1-.5 8.9H7Z',
  cloudOff: 'M7 18.5a4.5 4.5 0 0 1-.4-9 M9.6 6A6 6 0 0 1 18 9.6a4.5 4.5 0 0 1 2.2 7.6 M4 3.5l16 17',
  cashOut: 'M3 6h18v9H3z M12 8.2a2.3 2.3 0 1 0 0 4.6 2.3 2.3 0 0 0 0-4.6Z M12 17v5 M9.5 19.8 12 22l2.5-2.2',
  close: 'M6 6l12 12 M18 6 6 18',
  collect: 'M12 3v10 M8 9.5l4 4 4-4 M4 13v4c0 2.2 3.6 4 8 4s8-1.8 8-4v-4',
  cash: 'M3 7h18v10H3z M12 9.7a2.3 2.3 0 1 0 0 4.6 2.3 2.3 0 0 0 0-4.6Z',
  globe: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z M3.5 12h17 M12 3.5c5 5 5 12 0 17 M12 3.5c-5 5-5 12 0 17',
  letters: 'M3.5 18 8 6l4.5 12 M5 14h6 M20 18v-7 M20 14.5a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z',
  list: 'M8.5 6H20 M8.5 12H20 M8.5 18H20 M4 6v.1 M4 12v.1 M4 18v.1',
  lock: 'M5.5 11h13v9.5h-13z M8 11V8a4 4 0 0 1 8 0v3 M12 14.5v2.5',
  meal: 'M7 3.5v17 M4.5 3.5v4a2.5 2.5 0 0 0 5 0v-4 M16.5 20.5v-17c-2.4 1.4-3.5 4-3.5 7.5 0 1.8 1.2 2.8 3.5 2.8',
  minus: 'M6 12h12',
  more: 'M5 5h5.5v5.5H5z M13.5 5H19v5.5h-5.5z M5 13.5h5.5V19H5z M13.5 13.5H19V19h-5.5z',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z M4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6',
  plus: 'M12 6v12 M6 12h12',
  printer: 'M7 9V3.5h10V9 M7 17H4V9h16v8h-3 M7 14h10v6.5H7z',
  qr: 'M4 4h6v6H4z M14 4h6v6h-6z M4 14h6v6H4z M14 14h2.5v2.5H14z M17.5 17.5H20V20h-2.5z',
  receipt: 'M6 3v18l2-1.5 2 1.5 2-1.5 2 1.5 2-1.5 2 1.5V3l-2 1.5L14 3l-2 1.5L10 3 8 4.5 6 3Z M9 9h6 M9 13h6',
  save: 'M12 4v10 M8 10.5l4 4 4-4 M4.5 16v3.5h15V16',
  reader: 'M5 4h9v16H5z M17 8.5c1.6 2.2 1.6 4.8 0 7 M19.8 6.2c3 3.6 3 8 0 11.6',
  readerOff: 'M5 4h9v16H5z M17 9l5 6 M22 9l-5 6',
  repair:
    'M14.5 6.5a4 4 0 0 1 5-1L16.6 8.4l1 2.6 2.6 1 .3.2a4 4 0 0 1-5.3 2.6L8.5 21.5 4 17l6.7-6.7a4 4 0 0 1 3.8-3.8Z',
  seal: 'M12 3.5 5 6.5v5c0 4.4 2.9 7.5 7 9 4.1-1.5 7-4.6 7-9v-5l-7-3Z',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Z M15.5 15.5 21 21',
  sealed: 'M12 3.5 5 6.5v5c0 4.4 2.9 7.5 7 9 4.1-1.5 7-4.6 7-9v-5l-7-3Z M9 12l2.2 2.2L15.2 10',
  tick: 'M5 12.5l4.5 4.5L19 7.5',
  training: 'M12 4 2.5 9 12 14l9.5-5L12 4Z M6.5 11.5V16c0 1.4 2.5 3 5.5 3s5.5-1.6 5.5-3v-4.5',
  trash: 'M5 7h14 M9.5 7V4.5h5V7 M6.5 7l1 13h9l1-13',
  undo: 'M8.5 5 4 9.5 8.5 14 M4 9.5h10a5.5 5.5 0 0 1 0 11H9',
  unlock: 'M5.5 11h13v9.5h-13z M8 11V7.5a4 4 0 0 1 7.7-1.4 M12 14.5v2.5',
  wait: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z M12 8v4.3l2.8 2',
  wristband: 'M12 4c4.4 0 8 2.2 8 5v6c0 2.8-3.6 5-8 5s-8-2.2-8-5V9c0-2.8 3.6-5 8-5Z M4 9c0 2.8 3.6 5 8 5s8-2.2 8-5',
  wristbandNew: 'M11 14c-4-.3-7-2.4-7-5 0-2.8 3.6-5 8-5s8 2.2 8 5v2 M4 9v6c0 2.4 2.6 4.4 6.2 4.9 M17.5 14v7 M14 17.5h7',
} as const;

export type IconName = keyof typeof drawings;

/** A sign beside a word, never instead of one. */
export function Icon({ name, className }: { readonly name: IconName; readonly className?: string }) {
  return (
    <svg aria-hidden viewBox="0 0 24 24" className={classNames('size-6 shrink-0', className)}>
      <path
        d={drawings[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
