/** JSON as a hostile client may write it: what `JSON.stringify` cannot say, such as 1e999 or a key twice, stands in a piece of text. */
export type HostileJson = null | boolean | number | string | RawText | HostileJson[] | { [name: string]: HostileJson };

/** Goes into the document as it is. */
export class RawText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Not `JSON.stringify`: minus zero keeps its sign and raw text stays raw. */
export function writeJson(value: HostileJson): string {
  if (value instanceof RawText) return value.text;
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? '-0' : JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}:${writeJson(each)}`)
    .join(',')}}`;
}
