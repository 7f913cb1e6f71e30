import { scrypt, timingSafeEqual } from 'node:crypto';
import type { PinVerifier } from '../checkout/ports.ts';
import { invariant } from '../domain/invariant.ts';

const form = /^\$scrypt\$ln=(?<ln>\d{2}),r=(?<r>\d),p=(?<p>\d)\$(?<salt>[^$]+)\$(?<hash>[^$]+)$/;
/** The largest cost the contract allows (`ln` 16, `r` 8) takes 64 MiB. */
const memoryMaxBytes = 96 * 1024 * 1024;

/** PINs against scrypt hashes (contract, `pinHash`); the work is done beside the till's own thread. */
export const scryptPins: PinVerifier = {
  matches(pin, pinHash) {
    const groups = form.exec(pinHash)?.groups;
    invariant('INV-42', groups !== undefined, 'a PIN hash in a form the contract does not have');
    const { ln, r, p, salt = '', hash = '' } = groups;
    const expected = Buffer.from(hash, 'base64');
    const cost = { N: 2 ** Number(ln), r: Number(r), p: Number(p), maxmem: memoryMaxBytes };
    return new Promise((resolve, reject) => {
      scrypt(pin, Buffer.from(salt, 'base64'), expected.length, cost, (error, derived) => {
        if (error) reject(error);
        else resolve(timingSafeEqual(derived, expected));
      });
    });
  },
};
