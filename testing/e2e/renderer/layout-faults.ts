import type { Page } from '@playwright/test';

/**
 * What is wrong with the layout as it stands: text outside the window or cut off by its box, and touch targets below
 * 56 px (screens.md). Each fault is a sentence; none is a good page.
 */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const touchPx = 56;
    const tolerancePx = 1;
    const faults: string[] = [];
    const name = (element: Element): string =>
      `<${element.tagName.toLowerCase()}> "${(element.textContent ?? '').trim().slice(0, 40)}"`;
    const isHiddenForSight = (element: Element): boolean => element.closest('.sr-only, [aria-hidden="true"]') !== null;

    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) faults.push(`the page is ${scrollWidth} px wide in a window of ${clientWidth} px`);

    /** The nearest box that cuts off what leaves it sideways; vertical scrolling is allowed where it is meant. */
    const clippingBox = (element: Element): DOMRect => {
      for (let box = element.parentElement; box !== null; box = box.parentElement) {
        if (getComputedStyle(box).overflowX !== 'visible') return box.getBoundingClientRect();
      }
      return new DOMRect(0, 0, window.innerWidth, window.innerHeight);
    };

    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      if (element === null || isHiddenForSight(element) || (node.textContent ?? '').trim() === '') continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const text = range.getBoundingClientRect();
      if (text.width === 0) continue;
      const box = clippingBox(element);
      if (text.right > box.right + tolerancePx || text.left < box.left - tolerancePx) {
        faults.push(`${name(element)} is cut off sideways`);
      }
      const button = element.closest('button');
      if (button !== null) {
        const inside = button.getBoundingClientRect();
        const leaves =
          text.right > inside.right || text.left < inside.left || text.bottom > inside.bottom + tolerancePx;
        if (leaves) faults.push(`${name(element)} is larger than its button`);
      }
    }
    for (const target of document.querySelectorAll('button, input, [role="tab"]')) {
      const { width, height } = target.getBoundingClientRect();
      // A button of one pixel is for screen readers: the way out of a popover.
      if (isHiddenForSight(target) || width <= 1) continue;
      if (width < touchPx - 0.5 || height < touchPx - 0.5) {
        faults.push(`${name(target)} is ${Math.round(width)} × ${Math.round(height)} px, too small for a finger`);
      }
    }
    for (const section of document.querySelectorAll('.tone > div')) {
      if (section.scrollHeight > section.clientHeight + tolerancePx) faults.push('a state does not fit the window');
    }
    return [...new Set(faults)];
  });
}
