/** Draws tags of seven bytes, as NXP's are, each once; a prefix belongs to one user on a backend. */
export function uidsFrom(prefix: string): () => string {
  let drawn = 0;
  return () => {
    drawn += 1;
    return `${prefix}${drawn
      .toString(16)
      .toUpperCase()
      .padStart(14 - prefix.length, '0')}`;
  };
}
