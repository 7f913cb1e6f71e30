import path from 'node:path';

export const appScheme = 'app';
export const appOrigin = `${appScheme}://till`;

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
