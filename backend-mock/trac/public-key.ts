import { createHash, createPublicKey } from 'node:crypto';

/** A public key as it is kept: SPKI in PEM, and the SHA-256 of its DER. */
export type PublicKey = { pem: string; sha256: string };

export type PublicKeyReading = { outcome: 'read'; key: PublicKey } | { outcome: 'refused'; detail: string };

const bitsMin = 2_048;

/** Reads the public key of an integration: PEM of RSA, as SPKI or PKCS #1. A private key is refused: nobody else may ever see it (Q45). */
export function readPublicKey(text: string): PublicKeyReading {
  if (text.includes('PRIVATE KEY'))
    return {
      outcome: 'refused',
      detail: 'This is a private key. Nobody but the integration may have it: make a new pair and send the public key.',
    };
  try {
    const key = createPublicKey(text);
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    if (key.asymmetricKeyType !== 'rsa' || bits < bitsMin)
      return { outcome: 'refused', detail: `The public key is not RSA of at least ${bitsMin} bits.` };
    const der = key.export({ type: 'spki', format: 'der' });
    const pem = key.export({ type: 'spki', format: 'pem' }).toString();
    return { outcome: 'read', key: { pem, sha256: createHash('sha256').update(der).digest('hex') } };
  } catch {
    return { outcome: 'refused', detail: 'The public key is no PEM of a public key.' };
  }
}
