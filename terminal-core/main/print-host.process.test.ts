/**
 * Goal: a receipt comes to paper exactly once or it is known that it may not have; no printer can hold anybody up for ever.
 * Method: the real print host's process, printers on real sockets in every mood, a pipe in the place of a device file.
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { fromPrintHostSchema, type PrintEnd, type RawPrinter, type ToPrintHost } from '../../contract/ipc/printing.ts';
import { makeFolder, type TestFolder } from '../../testing/klink/test-folder.ts';
import { readEscpos } from '../../testing/printing/escpos-reader.ts';
import { type PrinterMood, TcpPrinter } from '../../testing/printing/tcp-printer.ts';

const hosts: ChildProcess[] = [];
const printers: TcpPrinter[] = [];
const folders: TestFolder[] = [];

afterEach(async () => {
  for (const host of hosts.splice(0)) host.kill('SIGKILL');
  for (const printer of printers.splice(0)) await printer.close();
  for (const folder of folders.splice(0)) folder.remove();
});

function startHost(): ChildProcess {
  const host = fork(path.join(import.meta.dirname, 'print-host.ts'), [], { serialization: 'advanced', execArgv: [] });
  hosts.push(host);
  return host;
}

async function startPrinter(mood: PrinterMood): Promise<TcpPrinter> {
  const printer = await TcpPrinter.start();
  printers.push(printer);
  printer.mood = mood;
  return printer;
}

let lastId = 0;

function print(host: ChildProcess, printer: RawPrinter, text = 'Paid'): Promise<PrintEnd> {
  lastId += 1;
  const id = lastId;
  const job = { blocks: [{ kind: 'row', left: text, right: '5.50', weight: 'plain' } as const], qrText: 'Paid 5.50' };
  const ended = new Promise<PrintEnd>((resolve) => {
    const listen = (raw: unknown): void => {
      const message = fromPrintHostSchema.parse(raw);
      if (message.id !== id) return;
      host.off('message', listen);
      resolve(message.end);
    };
    host.on('message', listen);
  });
  host.send({ kind: 'print', id, printer, columns: 42, job } satisfies ToPrintHost);
  return ended;
}

const at = (printer: TcpPrinter): RawPrinter => ({ kind: 'network', host: '127.0.0.1', port: printer.port });

test.each(['good', 'silent'] as const)('a %s printer prints each receipt once, in order', async (mood) => {
  const printer = await startPrinter(mood);
  const host = startHost();
  const ends = await Promise.all(['One', 'Two', 'Three'].map((text) => print(host, at(printer), text)));
  expect(ends).toEqual([{ outcome: 'printed' }, { outcome: 'printed' }, { outcome: 'printed' }]);
  await printer.printed(3);
  const papers = printer.papers.map(readEscpos);
  expect(papers.map(({ lines }) => lines[0]?.text.replaceAll(/ +/g, ' '))).toEqual([
    'One 5.50',
    'Two 5.50',
    'Three 5.50',
  ]);
  expect(papers.every(({ cuts, qrText }) => cuts === 1 && qrText === 'Paid 5.50')).toBe(true);
});

test.each([
  ['no-paper', 'PRINTER_NO_PAPER'],
  ['cover-open', 'PRINTER_FAULT'],
] as const)('%s: the printer says so before anything is sent, and nothing is printed', async (mood, code) => {
  const printer = await startPrinter(mood);
  expect(await print(startHost(), at(printer))).toMatchObject({ outcome: 'not-printed', fault: { code } });
  expect(printer.papers).toEqual([]);
});

test('hung up in the middle: nobody knows what is on the paper, and that is what is said', async () => {
  const printer = await startPrinter('breaks-off');
  expect(await print(startHost(), at(printer))).toMatchObject({ outcome: 'unsure', fault: { code: 'PRINT_UNSURE' } });
});

test('nobody there: nothing was printed, and why; the same host prints when the printer is back', async () => {
  const gone = await startPrinter('good');
  const { port } = gone;
  await gone.close();
  printers.pop();
  const host = startHost();
  const refused = await print(host, { kind: 'network', host: '127.0.0.1', port });
  expect(refused).toMatchObject({ outcome: 'not-printed', fault: { code: 'PRINTER_UNREACHABLE' } });
  printers.push(await TcpPrinter.start(port));
  expect(await print(host, { kind: 'network', host: '127.0.0.1', port })).toEqual({ outcome: 'printed' });
  const nowhere = await print(host, { kind: 'network', host: 'printer.invalid', port: 9_100 });
  expect(nowhere).toMatchObject({ outcome: 'not-printed', fault: { code: 'PRINTER_UNREACHABLE' } });
});

function makePipe(): string {
  const folder = makeFolder('printer');
  folders.push(folder);
  const pipe = path.join(folder.place, 'lp0');
  execFileSync('mkfifo', [pipe]);
  return pipe;
}

test('a device: the same bytes; switched off, missing, or a file: nothing is printed and nothing is overwritten', async () => {
  const pipe = makePipe();
  const host = startHost();
  const off = await print(host, { kind: 'device', path: pipe });
  expect(off).toMatchObject({ outcome: 'not-printed', fault: { code: 'PRINTER_UNREACHABLE' } });

  const paper = fs.openSync(pipe, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  expect(await print(host, { kind: 'device', path: pipe }, 'Über')).toEqual({ outcome: 'printed' });
  const bytes = Buffer.alloc(65_536);
  const length = fs.readSync(paper, bytes);
  fs.closeSync(paper);
  expect(readEscpos(bytes.subarray(0, length)).lines[0]?.text).toMatch(/^Über +5\.50$/);

  const file = path.join(path.dirname(pipe), 'precious.txt');
  fs.writeFileSync(file, 'precious');
  const refused = await print(host, { kind: 'device', path: file });
  expect(refused).toMatchObject({ outcome: 'not-printed', fault: { message: expect.stringContaining('no printer') } });
  expect(fs.readFileSync(file, 'utf8')).toBe('precious');
  expect(await print(host, { kind: 'device', path: `${pipe}9` })).toMatchObject({ outcome: 'not-printed' });
});
