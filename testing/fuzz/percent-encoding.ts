/** Percent-encoded; half a surrogate pair has no UTF-8 and goes as what a careless client would send. */
export function encoded(text: string): string {
  return encodeURIComponent(text.replaceAll(/[\ud800-\udfff]/gu, '\ufffd'));
}
