// Goal: the application starts with what it was told, and says so plainly where that makes no sense.
// Method: command lines, environments and real settings files in a temporary folder.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLaunchOptions } from './launch-options.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'klink-launch-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const settle = (content: string): void => fs.writeFileSync(path.join(folder, 'till.json'), content);

describe('architecture.md, Settings: flags beat the file', () => {
  it('takes the folder from the flag, then the environment, then the user', () => {
    const environment = { KLINK_DATA: '/environment' };
    expect(readLaunchOptions(['.', '--data', folder], environment, '/user').dataFolder).toBe(folder);
    expect(readLaunchOptions(['.', `--data=${folder}`], environment, '/user').dataFolder).toBe(folder);
    expect(readLaunchOptions(['.'], environment, '/user').dataFolder).toBe('/environment');
    expect(readLaunchOptions(['.'], {}, '/user').dataFolder).toBe('/user');
  });

  it('finds its own flags among those of Chromium', () => {
    const commandLine = ['--no-sandbox', '--remote-debugging-port=0', '.', '--reader', 'simulated', '--enable-x=y'];
    expect(readLaunchOptions(commandLine, {}, folder).settings.reader.kind).toBe('simulated');
  });

  it('reads the till settings, and lets flags go before them', () => {
    settle('{"reader":{"kind":"pcsc","name":"ACR"},"language":"fr"}');
    const { settings } = readLaunchOptions(['--reader-name', 'uTrust'], {}, folder);
    expect(settings).toMatchObject({ reader: { kind: 'pcsc', name: 'uTrust' }, language: 'fr', sound: true });
  });

  it('searches for a reader by itself where nobody said anything', () => {
    expect(readLaunchOptions([], {}, folder).settings.reader).toEqual({ kind: 'auto', name: '' });
  });

  it.each(['{', '{"readr":{}}', '{"language":"it"}'])('refuses the settings %s and names the file', (content) => {
    settle(content);
    expect(() => readLaunchOptions([], {}, folder)).toThrow('till.json');
  });

  it('refuses a reader that does not exist', () => {
    expect(() => readLaunchOptions(['--reader', 'usb'], {}, folder)).toThrow('pcsc, simulated, auto');
  });
});
