import { importSPKI, jwtVerify } from 'jose';

/** Who may have signed a token, and for whom it has to be. */
export type AppTokenCheck = {
  /** Of the integration, SPKI in PEM. */
  publicKeyPem: string;
  /** The installation's app slug: `iss` (R53). */
  slug: string;
  /** The host of this environment: `aud` (R52), with or without a slash at its end (Q44). */
  audience: string;
  now: Date;
};

/** How far the clock of an integration may be off. */
const clockToleranceSeconds = 60;

const withoutSlash = (host: string) => host.replace(/\/$/, '');

/**
 * Whether this is a JWT of the integration, valid now: RS256 and nothing else (R50), so that neither `none` nor HS256 with the public
 * key as its secret passes; `iat`, `exp`, `aud` and `iss` all there and right (R51). Why it is not one is nobody's business (R54).
 */
export async function isAppToken(jwt: string, check: AppTokenCheck): Promise<boolean> {
  try {
    const key = await importSPKI(check.publicKeyPem, 'RS256');
    const { payload } = await jwtVerify(jwt, key, {
      algorithms: ['RS256'],
      issuer: check.slug,
      requiredClaims: ['iat', 'exp', 'aud', 'iss'],
      clockTolerance: clockToleranceSeconds,
      currentDate: check.now,
    });
    const { iat, exp, aud } = payload;
    if (iat === undefined || exp === undefined || typeof aud !== 'string') return false;
    if (iat > check.now.getTime() / 1000 + clockToleranceSeconds || exp <= iat) return false;
    return withoutSlash(aud) === withoutSlash(check.audience);
  } catch {
    return false;
  }
}
