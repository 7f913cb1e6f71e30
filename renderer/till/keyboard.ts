import { useEffect, useRef } from 'react';

/** The keys of the till, shown beside what they do (screens.md: keyboard for everything). */
export const shortcuts = {
  discount: 'F1',
  freeAmount: 'F2',
  topUp: 'F3',
  issue: 'F4',
  balance: 'F5',
  clear: 'F6',
  nextPage: 'F7',
  settings: 'F8',
  simulator: 'F9',
  menu: 'F10',
  undo: 'F11',
  payByCard: 'F12',
  /** Where too little is on a tag; elsewhere the same key issues one. */
  anotherTag: 'F4',
  /** Of a warning about an allergy: a key that nobody presses twice by habit. */
  acknowledge: 'F12',
  pay: 'Enter',
  cancel: 'Escape',
} as const;

/** Where a key belongs to the thing that has the focus, and not to the till. */
const typing = 'input, textarea, select, [contenteditable="true"]';
const pressable = 'button, a, [role="tab"], [role="radio"], [role="option"]';

/**
 * Calls `onKey` for keys pressed while `isActive`; it answers whether the key meant something. Enter and Space on a focused
 * button press that button, and nothing else.
 */
export function useKeys(isActive: boolean, onKey: (key: string) => boolean): void {
  const latest = useRef(onKey);
  useEffect(() => {
    latest.current = onKey;
  });
  useEffect(() => {
    if (!isActive) return;
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
      // A key that is held a moment too long must not go on to whatever it means next: to pay, above all.
      if (event.repeat && event.key === 'Enter') return;
      const target = event.target instanceof Element ? event.target : null;
      const isFunctionKey = /^F\d+$/.test(event.key);
      if (!isFunctionKey && event.key !== 'Escape' && target?.closest(typing)) return;
      if ((event.key === 'Enter' || event.key === ' ') && target?.closest(pressable)) return;
      if (latest.current(event.key)) event.preventDefault();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [isActive]);
}
