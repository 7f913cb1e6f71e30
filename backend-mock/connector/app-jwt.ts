import { importPKCS8, SignJWT } from 'jose';

/** Who asks, and whom. */
export type AppIdentity = { privateKeyPem: string; slug: string; audience: string };

/** Longer than any round needs, shorter than what a stolen token would be worth. */
const lifetimeSeconds = 10 * 60;

/** A JWT that asks for an access token: RS256 with `iat`, `exp`, `aud` and `iss` (R50–R53), valid for ten minutes from `now`. */
export async function signAppToken({ privateKeyPem, slug, audience }: AppIdentity, now: Date): Promise<string> {
  const key = await importPKCS8(privateKeyPem, 'RS256');
  const issuedAt = Math.floor(now.getTime() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(slug)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeSeconds)
    .sign(key);
}
