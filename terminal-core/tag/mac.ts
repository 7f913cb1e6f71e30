/** AES-CMAC (RFC 4493) of `message` under one tag's key: 16 bytes, of which header and slots keep the first few. */
export type Mac = (message: Uint8Array) => Uint8Array;
