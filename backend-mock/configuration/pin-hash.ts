import { scrypt } from 'node:crypto';
import type { Random } from '../ports.ts';

/** Binary logarithm of the cost: some 50 ms for one PIN at a till, within the bound of the contract. */
const costLog2 = 14;

/** A PIN in the form tills know it by (contract, `pinHash`), with a salt of its own. */
export function hashPin(pin: string, random: Random): Promise<string> {
  const salt = Buffer.from(random.bytes(16));
  return new Promise((resolve, reject) => {
    scrypt(pin, salt, 32, { N: 2 ** costLog2, r: 8, p: 1 }, (error, hash) => {
      if (error) reject(error);
      else resolve(`$scrypt$ln=${costLog2},r=8,p=1$${unpadded(salt)}$${unpadded(hash)}`);
    });
  });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
