import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { limits } from '../limits.ts';

/** A new RSA key pair of a connection, as PEM. The private half is made here and never leaves the database (Q45). */
export async function makeKeyPair(): Promise<{ privateKeyPem: string; publicKeyPem: string }> {
  const pair = await promisify(generateKeyPair)('rsa', {
    modulusLength: limits.connectorKeyBits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { privateKeyPem: pair.privateKey, publicKeyPem: pair.publicKey };
}
