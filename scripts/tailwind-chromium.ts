import type { Plugin } from 'vite';

/** A registered property that may hold anything and has no initial value: `@property --tw-x{syntax:"*";inherits:false}`. */
const emptyRegistration = /@property\s+--tw-[\w-]+\s*\{\s*syntax:\s*["']\*["'];\s*inherits:\s*false;?\s*\}/g;
/** Tailwind's own substitute for engines without `@property`, behind a condition that Chromium does not meet. */
const substituteCondition = /(@layer properties\s*\{\s*@supports)[^{]+\{/g;

/**
 * Chromium before 116 rejects `var(--x,)` where `--x` is registered without an initial value, which is what Tailwind 4
 * writes for rings, shadows, transforms and filters. Those registrations go and Tailwind's substitute is switched on; newer
 * engines show the same either way.
 */
export function tailwindChromium(): Plugin {
  return {
    name: 'klink:tailwind-chromium',
    apply: 'build',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'asset' || !file.fileName.endsWith('.css')) continue;
        file.source = withoutEmptyRegistrations(String(file.source));
      }
    },
  };
}

/** @throws when the style sheet has registrations but no substitute for them: a Tailwind that writes something new. */
export function withoutEmptyRegistrations(css: string): string {
  if (!emptyRegistration.test(css)) return css;
  emptyRegistration.lastIndex = 0;
  const opened = css.replace(substituteCondition, '$1 (display:block){');
  if (opened === css) throw new Error('Tailwind registers properties but its substitute layer was not found');
  return opened.replace(emptyRegistration, '');
}
