import { inflateSync } from 'node:zlib';

/** A PDF as far as a test has to see into it: how many pages, how large, and which letters stand on them. */
export interface SeenPdf {
  readonly pageCount: number;
  /** Of the first page, in millimetres. */
  readonly widthMm: number;
  readonly heightMm: number;
  /** All letters in the order they are drawn, without any space between them. */
  readonly letters: string;
}

const mmPerPoint = 25.4 / 72;

/** Reads a PDF as Chromium writes it: plain objects, fonts with a table of their letters. */
export function readPdf(bytes: Buffer): SeenPdf {
  if (!bytes.subarray(0, 5).equals(Buffer.from('%PDF-'))) throw new Error('this is no PDF');
  const objects = objectsOf(bytes);
  const pages = [...objects.values()].filter(({ head }) => /\/Type\s*\/Page\b/.test(head));
  const box = /\/MediaBox\s*\[\s*[\d.]+\s+[\d.]+\s+([\d.]+)\s+([\d.]+)/.exec(pages[0]?.head ?? '');
  return {
    pageCount: pages.length,
    widthMm: Number(box?.[1]) * mmPerPoint,
    heightMm: Number(box?.[2]) * mmPerPoint,
    letters: pages.map(({ head }) => lettersOf(head, objects)).join(''),
  };
}

interface PdfObject {
  readonly head: string;
  readonly stream: string;
}

function objectsOf(bytes: Buffer): ReadonlyMap<string, PdfObject> {
  const text = bytes.toString('latin1');
  const found = new Map<string, PdfObject>();
  for (const match of text.matchAll(/(?<number>\d+) 0 obj\b(?<body>[\s\S]*?)endobj/g)) {
    const { number = '', body = '' } = match.groups ?? {};
    const at = body.search(/stream\r?\n/);
    const head = at < 0 ? body : body.slice(0, at);
    found.set(number, { head, stream: at < 0 ? '' : inflated(head, body.slice(at)) });
  }
  return found;
}

function inflated(head: string, raw: string): string {
  const content = raw.replace(/^stream\r?\n/, '').replace(/\r?\nendstream\s*$/, '');
  if (!head.includes('/FlateDecode')) return content;
  return inflateSync(Buffer.from(content, 'latin1')).toString('latin1');
}

function lettersOf(page: string, objects: ReadonlyMap<string, PdfObject>): string {
  const fonts = fontsOf(page, objects);
  const contents = /\/Contents\s+(\d+) 0 R/.exec(page)?.[1] ?? '';
  let letters: ReadonlyMap<number, string> = new Map();
  let text = '';
  const commands = objects.get(contents)?.stream ?? '';
  for (const [found, name, shown] of commands.matchAll(/\/(\w+) [\d.]+ Tf|<([0-9A-Fa-f]+)>/g)) {
    if (name !== undefined) letters = fonts.get(name) ?? new Map();
    else for (const code of codesOf(shown ?? found)) text += letters.get(code) ?? '\ufffd';
  }
  return text.replaceAll(/\s/g, '');
}

function codesOf(hex: string): readonly number[] {
  return (hex.match(/.{4}/g) ?? []).map((code) => Number.parseInt(code, 16));
}

function fontsOf(
  page: string,
  objects: ReadonlyMap<string, PdfObject>,
): ReadonlyMap<string, ReadonlyMap<number, string>> {
  const referenced = /\/Resources\s+(\d+) 0 R/.exec(page)?.[1];
  const resources = referenced === undefined ? page : (objects.get(referenced)?.head ?? '');
  const list = /\/Font\s*<<([\s\S]*?)>>/.exec(resources)?.[1] ?? '';
  return new Map(
    [...list.matchAll(/\/(\w+) (\d+) 0 R/g)].map(([, name = '', font = '']) => {
      const table = /\/ToUnicode (\d+) 0 R/.exec(objects.get(font)?.head ?? '')?.[1] ?? '';
      return [name, tableOf(objects.get(table)?.stream ?? '')];
    }),
  );
}

/** The letters of a font by their codes: single ones and ranges. */
function tableOf(map: string): ReadonlyMap<number, string> {
  const table = new Map<number, string>();
  for (const [, block = ''] of map.matchAll(/beginbfchar([\s\S]*?)endbfchar/g))
    for (const [, code = '', letter = ''] of block.matchAll(/<(\w+)>\s*<(\w+)>/g))
      table.set(Number.parseInt(code, 16), String.fromCharCode(...codesOf(letter)));
  for (const [, block = ''] of map.matchAll(/beginbfrange([\s\S]*?)endbfrange/g))
    for (const [, from = '', to = '', letter = ''] of block.matchAll(/<(\w+)>\s*<(\w+)>\s*<(\w+)>/g)) {
      const first = Number.parseInt(from, 16);
      for (let code = first; code <= Number.parseInt(to, 16); code += 1)
        table.set(code, String.fromCharCode(Number.parseInt(letter, 16) + code - first));
    }
  return table;
}
