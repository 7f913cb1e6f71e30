import { useEffect, useState } from 'react';
import { type Theme, usePreferences } from './preferences.ts';

const darkQuery = '(prefers-color-scheme: dark)';
const contrastQuery = '(prefers-contrast: more), (forced-colors: active)';

function systemTheme(): Exclude<Theme, 'auto'> {
  if (window.matchMedia(contrastQuery).matches) return 'high-contrast';
  return window.matchMedia(darkQuery).matches ? 'dark' : 'light';
}

/** Keeps the page's theme and language equal to what was chosen, and follows the system where nothing was. */
export function useDocumentLook(): void {
  const { theme, language } = usePreferences();
  const [system, setSystem] = useState(systemTheme);
  useEffect(() => {
    const queries = [darkQuery, contrastQuery].map((query) => window.matchMedia(query));
    const look = (): void => setSystem(systemTheme());
    for (const query of queries) query.addEventListener('change', look);
    return () => {
      for (const query of queries) query.removeEventListener('change', look);
    };
  }, []);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme === 'auto' ? system : theme;
    document.documentElement.lang = language;
  }, [theme, system, language]);
}
