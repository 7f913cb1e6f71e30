/**
 * Goal: a printer that stops in the middle is given up, and it is said that nobody knows what came to paper.
 * Method: printers on real sockets and a pipe in the place of a device; only the patience is shorter than in the product.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makeFolder } from '../../testing/klink/test-folder.ts';
import { TcpPrinter } from '../../testing/printing/tcp-printer.ts';
import { printOnDevice } from './device-printer.ts';
import { printOverNetwork } from './network-printer.ts';

const impatient = { connectMs: 500, statusMs: 1_500, stalledMs: 500, finishedMs: 300, deviceRetryMs: 5 };
const receipt = new TextEncoder().encode('Paid 5.50\n'.repeat(50));
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanups.splice(0)) await cleanUp();
});

test.each([
  ['runs-out', 'PRINTER_NO_PAPER'],
  ['stuck', 'PRINT_UNSURE'],
  ['breaks-off', 'PRINT_UNSURE'],
] as const)('%s', async (mood, code) => {
  const printer = await TcpPrinter.start();
  cleanups.push(() => printer.close());
  printer.mood = mood;
  const end = await printOverNetwork({ host: '127.0.0.1', port: printer.port }, receipt, impatient);
  expect(end).toMatchObject({ outcome: 'unsure', fault: { code } });
});

test('a device that takes nothing: not printed; one that stops in the middle: nobody knows; then it works again', async () => {
  const folder = makeFolder('printer');
  const pipe = path.join(folder.place, 'lp0');
  execFileSync('mkfifo', [pipe]);
  const paper = fs.openSync(pipe, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  const filler = fs.openSync(pipe, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
  cleanups.push(() => {
    fs.closeSync(filler);
    fs.closeSync(paper);
    folder.remove();
  });
  const pipeSize = fs.writeSync(filler, Buffer.alloc(1_048_576));
  const stopped = await printOnDevice({ path: pipe }, receipt, impatient);
  expect(stopped).toMatchObject({ outcome: 'not-printed', fault: { code: 'PRINTER_UNREACHABLE' } });

  fs.readSync(paper, Buffer.alloc(pipeSize));
  const more = Buffer.alloc(pipeSize * 2, 'x');
  const inTheMiddle = await printOnDevice({ path: pipe }, more, impatient);
  expect(inTheMiddle).toMatchObject({ outcome: 'unsure', fault: { code: 'PRINT_UNSURE' } });

  fs.readSync(paper, Buffer.alloc(pipeSize));
  expect(await printOnDevice({ path: pipe }, receipt, impatient)).toEqual({ outcome: 'printed' });
});
