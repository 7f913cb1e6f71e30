// Goal: the window's scheme serves the till's own pages and nothing else on this computer.
// Method: addresses as a page, a redirect or an attacker could write them, and the file each stands for.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { appOrigin, fileOf, isOwnAddress } from './app-address.ts';

const folder = path.resolve('/pages');
const file = (address: string, method = 'GET'): string | null => fileOf(method, new URL(address), folder);

describe('architecture.md: app://', () => {
  it('serves the pages, and the first of them without a name', () => {
    expect(file(`${appOrigin}/`)).toBe(path.join(folder, 'index.html'));
    expect(file(`${appOrigin}/assets/index-1.js`)).toBe(path.join(folder, 'assets/index-1.js'));
  });

  it.each([
    `${appOrigin}/%2e%2e%2fsecrets.json`,
    `${appOrigin}/..%2f..%2fetc%2fpasswd`,
    `${appOrigin}/assets/..%2f..%2fpackage.json`,
    `${appOrigin}/%00`,
    `${appOrigin}/%ff`,
    'app://elsewhere/index.html',
  ])('has nothing at %s', (address) => {
    expect(file(address)).toBeNull();
  });

  it('answers nothing but GET', () => {
    expect(file(`${appOrigin}/index.html`, 'POST')).toBeNull();
  });

  it('knows its own addresses from all others', () => {
    expect(isOwnAddress(`${appOrigin}/index.html?language=de`)).toBe(true);
    const others = ['https://till/', 'app://till.example/', 'app://tills/', 'file:///till', 'about:blank', '', 'till'];
    expect(others.filter(isOwnAddress)).toEqual([]);
  });
});
