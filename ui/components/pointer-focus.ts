/**
 * Keeps a press by finger or mouse from moving the focus onto a button: on a till, Enter after a tap on a product means
 * "pay", not "the same product again". What was being typed in loses the focus, so that digits go to the till again. With
 * Tab every button is reached as always. Returns what ends it.
 */
export function keepFocusOffPressedButtons(page: Document): () => void {
  const onMouseDown = (event: MouseEvent): void => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (button === null) return;
    event.preventDefault();
    const { activeElement } = page;
    // A dialog keeps its focus inside.
    if (activeElement instanceof HTMLElement && activeElement.closest('[role="dialog"]') === null) activeElement.blur();
  };
  page.addEventListener('mousedown', onMouseDown, { capture: true });
  return () => page.removeEventListener('mousedown', onMouseDown, { capture: true });
}
