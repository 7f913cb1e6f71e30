import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { z } from 'zod';

const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const foundSchema = z.object({
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
});

/** Lets axe judge what is on the page: no violation of WCAG 2.2 A or AA. */
export async function expectNoViolation(page: Page, where: string): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await bringAxe(page);
  const found: unknown = await page.evaluate(async (tags) => {
    const axe: unknown = Reflect.get(window, 'axe');
    if (typeof axe !== 'object' || axe === null) throw new Error('axe is not in this page');
    const options = { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] };
    return Reflect.apply(Reflect.get(axe, 'run'), axe, [document, options]);
  }, wcag);
  const violations = foundSchema
    .parse(found)
    .violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  expect(violations).toEqual([]);
}

/**
 * Axe comes into the page with the first question, whatever that is, and stays until it is loaded again: to bring it takes
 * several times as long as to ask it. The legacy way, because a window of the application has no second page for it to open.
 */
async function bringAxe(page: Page): Promise<void> {
  await new AxeBuilder({ page }).withRules(['html-has-lang']).setLegacyMode().analyze();
}
