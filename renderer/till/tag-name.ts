/** The end of a tag's number, in pairs: enough to tell two wristbands apart and to read aloud. */
export function shortUid(uid: string): string {
  return `… ${(uid.slice(-6).match(/../g) ?? [uid]).join(' ')}`;
}
