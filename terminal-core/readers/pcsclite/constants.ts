/** Values of winscard.h, the same with pcsc-lite, macOS and Windows. */

export const shareMode = { exclusive: 1, shared: 2, direct: 3 } as const;
export const protocol = { undefined: 0, t0: 1, t1: 2 } as const;
export const disposition = { leave: 0, reset: 1, unpower: 2 } as const;
export const readerState = {
  unaware: 0x0000,
  changed: 0x0002,
  unknown: 0x0004,
  unavailable: 0x0008,
  empty: 0x0010,
  present: 0x0020,
} as const;

/** Upper half of a reader's state: how often a card came or went. */
export const eventCountShift = 16;

/** Reader whose state changes when a reader is plugged in or out. */
export const readerListNotification = '\\\\?PnP?\\Notification';

/** Control code of a CCID escape command; the two systems count from different bases. */
export const ccidEscape = process.platform === 'win32' ? (0x31 << 16) | (3500 << 2) : 0x42000000 + 1;
