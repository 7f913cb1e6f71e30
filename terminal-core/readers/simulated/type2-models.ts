/** The tags that are emulated, as their data sheets lay out their pages of 4 bytes. */
export interface Type2Model {
  readonly pageCount: number;
  /** First page after the user memory, which begins at page 4. */
  readonly userPagesEnd: number;
  /** Page 3, one-time programmable. */
  readonly capabilityContainer: readonly [number, number, number, number];
  /** What the factory leaves in the user memory from page 4 on. */
  readonly factoryContents: readonly number[];
}

export const type2ModelNames = ['ntag213', 'ntag215', 'ultralight'] as const;
export type Type2ModelName = (typeof type2ModelNames)[number];

export const type2Models: Readonly<Record<Type2ModelName, Type2Model>> = {
  ntag213: {
    pageCount: 45,
    userPagesEnd: 40,
    capabilityContainer: [0xe1, 0x10, 0x12, 0x00],
    factoryContents: [0x01, 0x03, 0xa0, 0x0c, 0x34, 0x03, 0x00, 0xfe],
  },
  ntag215: {
    pageCount: 135,
    userPagesEnd: 130,
    capabilityContainer: [0xe1, 0x10, 0x3e, 0x00],
    factoryContents: [0x03, 0x00, 0xfe, 0x00],
  },
  /** Too small for the logical memory: 48 bytes. */
  ultralight: {
    pageCount: 16,
    userPagesEnd: 16,
    capabilityContainer: [0x00, 0x00, 0x00, 0x00],
    factoryContents: [],
  },
};

/** How a PC/SC reader announces any NFC Forum Type 2 tag (platform.md). */
export const type2Atr = Uint8Array.of(
  ...[0x3b, 0x8f, 0x80, 0x01, 0x80, 0x4f, 0x0c, 0xa0, 0x00, 0x00],
  ...[0x03, 0x06, 0x03, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x68],
);
