/**
 * Reads what a receipt printer was sent, command by command, as its manual says; shares no code with what wrote it. A byte
 * it does not understand is an error, as it would be a wrong letter on paper.
 */
export interface PrintedPaper {
  /** The lines of text, as they stand on the paper. */
  readonly lines: readonly PrintedLine[];
  /** Text of the QR code, or null. */
  readonly qrText: string | null;
  readonly qrTextAfterLine: number;
  readonly cuts: number;
  /** Codepages that were switched to, by their number. */
  readonly codepages: readonly number[];
  /** Lines fed before the first cut. */
  readonly feedBeforeCut: number;
}

export interface PrintedLine {
  readonly text: string;
  readonly bold: boolean;
  /** How many times as wide and as high as a letter is. */
  readonly width: number;
  readonly height: number;
}

/** The upper halves, as far as European receipts need them; a letter outside of them is an error. */
const cp437 = 'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»';
const cp858 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´­±‗¾¶§÷¸°¨·';
const more437 = new Map([
  [0xe1, 'ß'],
  [0xf8, '°'],
  [0xfa, '·'],
]);

function letterOf(codepage: number, byte: number): string {
  if (byte < 0x80) return String.fromCharCode(byte);
  const letter =
    codepage === 16
      ? new TextDecoder('windows-1252').decode(Uint8Array.of(byte))
      : codepage === 19
        ? cp858[byte - 0x80]
        : codepage === 0
          ? (more437.get(byte) ?? cp437[byte - 0x80])
          : undefined;
  if (letter === undefined) throw new Error(`byte ${byte.toString(16)} in codepage ${codepage}`);
  return letter;
}

export function readEscpos(bytes: Uint8Array): PrintedPaper {
  const paper = { lines: [] as PrintedLine[], codepages: [] as number[], cuts: 0, feed: 0, qrAfter: -1 };
  let state = { codepage: 0, bold: false, width: 1, height: 1 };
  let text = '';
  let look = state;
  let qrStored: string | null = null;
  let qrText: string | null = null;
  let at = 0;
  const take = (): number => {
    const byte = bytes[at];
    if (byte === undefined) throw new Error('the job ends in the middle of a command');
    at += 1;
    return byte;
  };
  const expect = (name: string, ...wanted: readonly number[]): void => {
    for (const byte of wanted) if (take() !== byte) throw new Error(`${name} is not as the manual says, at ${at}`);
  };
  const endLine = (): void => {
    if (text === '' && paper.cuts === 0) paper.feed += 1;
    else if (text !== '') {
      paper.lines.push({ text: text.trimEnd(), bold: look.bold, width: look.width, height: look.height });
      paper.feed = 0;
    }
    text = '';
  };
  const graphics = (): void => {
    // GS ( k: pL pH cn fn …
    const length = take() + take() * 256;
    const parameters = Array.from({ length }, take);
    const [symbol, command, ...rest] = parameters;
    if (symbol !== 0x31) throw new Error(`GS ( k for symbol ${symbol}`);
    if (command === 0x50) qrStored = String.fromCharCode(...rest.slice(1));
    else if (command === 0x51) {
      qrText = qrStored;
      paper.qrAfter = paper.lines.length;
    } else if (![0x41, 0x43, 0x45].includes(command ?? -1)) throw new Error(`GS ( k function ${command}`);
  };
  const readEscape = (): void => {
    const command = take();
    switch (command) {
      case 0x40:
        state = { codepage: 0, bold: false, width: 1, height: 1 };
        return;
      case 0x74:
        state = { ...state, codepage: take() };
        paper.codepages.push(state.codepage);
        return;
      case 0x45:
        state = { ...state, bold: take() === 1 };
        return;
      case 0x4d:
      case 0x61:
      case 0x2d:
      case 0x32:
      case 0x33:
        if (command !== 0x32) take();
        return;
      default:
        throw new Error(`ESC ${command.toString(16)} at ${at}`);
    }
  };
  const readGroup = (): void => {
    const command = take();
    switch (command) {
      case 0x21: {
        const size = take();
        state = { ...state, width: (size >> 4) + 1, height: (size & 0x0f) + 1 };
        return;
      }
      case 0x28:
        expect('GS (', 0x6b);
        graphics();
        return;
      case 0x56:
        take();
        paper.cuts += 1;
        return;
      default:
        throw new Error(`GS ${command.toString(16)} at ${at}`);
    }
  };
  while (at < bytes.length) {
    const byte = take();
    if (byte === 0x0a) endLine();
    else if (byte === 0x0d) continue;
    else if (byte === 0x1b) readEscape();
    else if (byte === 0x1d) readGroup();
    else if (byte === 0x1c) expect('FS', 0x2e);
    else {
      if (text.trim() === '') look = state;
      text += letterOf(state.codepage, byte);
    }
  }
  return {
    lines: paper.lines,
    qrText,
    qrTextAfterLine: paper.qrAfter,
    cuts: paper.cuts,
    codepages: paper.codepages,
    feedBeforeCut: paper.feed,
  };
}
