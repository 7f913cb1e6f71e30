import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { protocol, type Session } from 'electron';

export const appScheme = 'app';
export const appOrigin = `${appScheme}://till`;

/** Nothing but the till's own files: no inline script, no other origin, no frame, no form. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** True for an address of the till's own pages. (`URL.origin` is opaque for a scheme of one's own.) */
export function isOwnAddress(address: string): boolean {
  try {
    const { protocol: scheme, host } = new URL(address);
    return scheme === `${appScheme}:` && host === 'till';
  } catch {
    // No address at all; `URL.canParse` is too new for the oldest Electron.
    return false;
  }
}

/** Before the application is ready: what a secure, standard origin needs (relative addresses, local storage). */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves `folder` as `app://till/`; anything else under the scheme is not found. */
export function serveApp(session: Session, folder: string): void {
  session.protocol.handle(appScheme, async (request) => {
    const file = fileOf(request.method, new URL(request.url), folder);
    if (file === null) return plain(404, 'not found');
    try {
      return new Response(await readFile(file), {
        headers: {
          'content-type': contentTypes[path.extname(file)] ?? 'application/octet-stream',
          'content-security-policy': contentSecurityPolicy,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cache-control': 'no-cache',
        },
      });
    } catch {
      return plain(404, 'not found');
    }
  });
}

/** The file behind an address, or null when it is none of ours. */
export function fileOf(method: string, address: URL, folder: string): string | null {
  if (method !== 'GET' || address.host !== 'till') return null;
  let name: string;
  try {
    name = decodeURIComponent(address.pathname);
  } catch {
    return null;
  }
  const file = path.join(folder, name === '/' ? 'index.html' : name);
  const relative = path.relative(folder, file);
  return relative.startsWith('..') || path.isAbsolute(relative) || relative.includes('\0') ? null : file;
}

function plain(status: number, text: string): Response {
  return new Response(text, {
    status,
    headers: { 'content-type': 'text/plain', 'content-security-policy': contentSecurityPolicy },
  });
}
