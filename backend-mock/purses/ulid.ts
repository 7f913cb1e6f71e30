const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const timeLength = 10;
const numberLength = 16;

/**
 * A ULID (R66): 48 bits of milliseconds, then the number that the row has in the database, so that it is unique without being drawn
 * and sorts as it was made. To everybody else it is opaque (Q23).
 */
export function ulidOf(madeAt: Date, number: number): string {
  return encode(BigInt(madeAt.getTime()), timeLength) + encode(BigInt(number), numberLength);
}

/** The number within, or `undefined` where this backend cannot have made the text; whoever looks a row up compares the whole. */
export function numberOfUlid(text: string): number | undefined {
  if (!/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text)) return undefined;
  let value = 0n;
  for (const letter of text.slice(timeLength)) value = value * 32n + BigInt(alphabet.indexOf(letter));
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
}

function encode(value: bigint, length: number): string {
  let text = '';
  let rest = value;
  for (let place = 0; place < length; place += 1) {
    text = (alphabet[Number(rest % 32n)] ?? '') + text;
    rest /= 32n;
  }
  return text;
}
