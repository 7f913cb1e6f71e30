/**
 * Goal: the repository keeps its own habits, so that nobody has to remember them in a review.
 * Method: reads every source and document of the project (not packages, not build results) and names each line that
 * breaks a habit. The forbidden words are put together at run time, or this file would find itself.
 */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const rootFolder = path.resolve(import.meta.dirname, '..');
const foreign = new Set(['node_modules', 'out', 'dist', '.klink', '.git', 'test-results', 'playwright-report']);
const textual = /\.(?:ts|tsx|mjs|cjs|js|json|md|yml|yaml|sh|css|html|sql)$|^run$/;

function filesBelow(folder: string): readonly string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (foreign.has(entry.name) || entry.isSymbolicLink()) return [];
    const place = path.join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(place) : [place];
  });
}

const files = filesBelow(rootFolder).map((file) => path.relative(rootFolder, file));
const texts = files
  .filter((file) => textual.test(path.basename(file)) && file !== 'package-lock.json')
  .map((file) => ({ file, text: fs.readFileSync(path.join(rootFolder, file), 'utf8') }));
const testFiles = texts.filter(({ file }) => /\.(?:test|spec)\.tsx?$/.test(file));

/** `file:line: text` of every line that matches. */
function findings(pattern: RegExp, among: readonly { file: string; text: string }[] = texts): readonly string[] {
  return among.flatMap(({ file, text }) =>
    text
      .split('\n')
      .flatMap((line, at) => (pattern.test(line) ? [`${file}:${at + 1}: ${line.trim().slice(0, 160)}`] : [])),
  );
}

const word = (...parts: readonly string[]): string => parts.join('');

describe('the repository', () => {
  test('is read at all', () => {
    expect(texts.length).toBeGreaterThan(50);
    expect(testFiles.length).toBeGreaterThan(5);
  });

  test('holds no unfinished work', () => {
    expect(findings(new RegExp(`\\b(?:${word('TO', 'DO')}|${word('FIX', 'ME')}|${word('HA', 'CK')})\\b`))).toEqual([]);
  });

  test('skips no test and singles none out', () => {
    const modifiers = ['skip', 'only', 'todo', 'fails', 'skipIf', 'runIf'].join('|');
    expect(findings(new RegExp(`\\b(?:test|it|describe|suite)\\.(?:${modifiers})\\b`), testFiles)).toEqual([]);
    expect(
      findings(new RegExp(`\\b(?:${word('x', 'it')}|${word('x', 'describe')}|${word('f', 'it')})\\(`), testFiles),
    ).toEqual([]);
  });

  test('every test file opens with a comment that gives its goal and method', () => {
    const silent = testFiles.filter(({ text }) => !/^\/(?:\*\*?|\/) ?\s*\S/.test(text)).map(({ file }) => file);
    expect(silent).toEqual([]);
  });

  test('names no place of one machine', () => {
    const places = [word('/wo', 'rk/'), word('/ho', 'me/[a-z]'), word('/Us', 'ers/[A-Za-z]'), word('C:\\\\Us', 'ers')];
    expect(findings(new RegExp(places.join('|')))).toEqual([]);
  });

  test('names no host of a package registry', () => {
    const hosts = [
      word('npm', 'js\\.org'),
      word('npm', 'mirror'),
      word('pypi\\.', 'org'),
      word('deb\\.', 'debian\\.org'),
    ];
    const lock = {
      file: 'package-lock.json',
      text: fs.readFileSync(path.join(rootFolder, 'package-lock.json'), 'utf8'),
    };
    expect(findings(new RegExp(hosts.join('|')))).toEqual([]);
    // The lock file may say where npm itself says packages are, nothing else.
    const resolved = [...lock.text.matchAll(/"resolved": "https?:\/\/(?<host>[^/"]+)/g)].map(
      (match) => match.groups?.['host'],
    );
    expect(new Set(resolved.filter((host) => host !== word('registry.npm', 'js.org')))).toEqual(new Set());
  });

  test('has no file named after nothing in particular', () => {
    const vague = /^(?:utils?|helpers?|manager|data|common|misc)\.[a-z.]+$/;
    expect(files.filter((file) => vague.test(path.basename(file)))).toEqual([]);
  });

  test('every link of a document leads to a file', () => {
    const broken = texts
      .filter(({ file }) => file.endsWith('.md'))
      .flatMap(({ file, text }) =>
        [...text.matchAll(/\]\((?<target>[^)#:]+)(?:#[^)]*)?\)/g)]
          .map((match) => match.groups?.['target'] ?? '')
          .filter((target) => !fs.existsSync(path.join(rootFolder, path.dirname(file), target)))
          .map((target) => `${file}: ${target}`),
      );
    expect(broken).toEqual([]);
  });
});
