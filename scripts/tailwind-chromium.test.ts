// Goal: the style sheet works in Chromium 114, which the test runtime has.
// Method: the two spellings (written and minified) that Tailwind produces, and one it does not.
import { describe, expect, it } from 'vitest';
import { withoutEmptyRegistrations } from './tailwind-chromium.ts';

describe('platform.md: Tailwind 4 on Chromium 114', () => {
  it('removes registrations without an initial value and switches the substitute on', () => {
    const css =
      '@layer properties{@supports (((-webkit-hyphens:none)) and (not (margin-trim:inline))){*{--tw-ring:initial}}}' +
      '@property --tw-ring{syntax:"*";inherits:false}@property --tw-shadow{syntax:"*";inherits:false;initial-value:0 0 #0000}';
    expect(withoutEmptyRegistrations(css)).toBe(
      '@layer properties{@supports (display:block){*{--tw-ring:initial}}}' +
        '@property --tw-shadow{syntax:"*";inherits:false;initial-value:0 0 #0000}',
    );
  });

  it('leaves a style sheet without such registrations alone', () => {
    expect(withoutEmptyRegistrations('a{color:red}')).toBe('a{color:red}');
  });

  it('refuses a style sheet whose substitute it does not recognise', () => {
    const css = '@property --tw-ring {\n  syntax: "*";\n  inherits: false;\n}';
    expect(() => withoutEmptyRegistrations(css)).toThrow('substitute');
  });
});
