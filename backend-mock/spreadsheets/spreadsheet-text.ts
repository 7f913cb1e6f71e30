/** A file as text and how its bytes were read, or why they are no text. */
export type SpreadsheetText =
  | { readonly outcome: 'text'; readonly text: string; readonly encoding: 'utf-8' | 'utf-16' | 'windows-1252' }
  | { readonly outcome: 'flawed'; readonly flaw: 'EMPTY' | 'WORKBOOK' | 'NOT_TEXT' };

/**
 * The text of a file that a spreadsheet has saved: UTF-8 with or without a mark, UTF-16 with one ("Unicode text"), else the
 * Western code page of Windows, which is what "CSV" without a word about UTF-8 means there. A workbook itself is told apart.
 */
export function readSpreadsheetText(bytes: Uint8Array): SpreadsheetText {
  if (bytes.length === 0) return { outcome: 'flawed', flaw: 'EMPTY' };
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04]) || startsWith(bytes, [0xd0, 0xcf, 0x11, 0xe0]))
    return { outcome: 'flawed', flaw: 'WORKBOOK' };
  if (startsWith(bytes, [0xff, 0xfe])) return utf16('utf-16le', bytes);
  if (startsWith(bytes, [0xfe, 0xff])) return utf16('utf-16be', bytes);
  if (bytes.includes(0)) return { outcome: 'flawed', flaw: 'NOT_TEXT' };
  const text = decoded('utf-8', bytes);
  if (text !== undefined) return { outcome: 'text', text, encoding: 'utf-8' };
  return { outcome: 'text', text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' };
}

function utf16(label: 'utf-16le' | 'utf-16be', bytes: Uint8Array): SpreadsheetText {
  const text = decoded(label, bytes);
  if (text === undefined || text.includes('\0')) return { outcome: 'flawed', flaw: 'NOT_TEXT' };
  return text === '' ? { outcome: 'flawed', flaw: 'EMPTY' } : { outcome: 'text', text, encoding: 'utf-16' };
}

/** Without its byte order mark; `undefined` where the bytes are not of this encoding. */
function decoded(label: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, index) => bytes[index] === byte);
}
