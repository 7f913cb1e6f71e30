import { PcscService } from './pcsc-service.ts';

/**
 * Takes the place of the native module under nfc-pcsc: the same calls and events, over the N-API package `smartcard`, so
 * that one build runs in every Node and Electron. Unlike the original it never blocks while the service is down, comes
 * back when the service or a reader does, reports every removal and swap, and sends one APDU at a time.
 */
export default function pcsclite(): PcscService {
  return new PcscService();
}
