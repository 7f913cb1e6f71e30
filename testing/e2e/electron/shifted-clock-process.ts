// Loaded before everything else into a host whose clock a test turns: the difference to the real one in ms stands in the
// file that KLINK_TEST_CLOCK names, and is read again at every look. The host's own code is the built one, unchanged.
import { readFileSync } from 'node:fs';

const RealDate = Date;
const file = process.env['KLINK_TEST_CLOCK'];

function shiftedNowMs(): number {
  return RealDate.now() + (file === undefined ? 0 : Number(readFileSync(file, 'utf8')));
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [shiftedNowMs()] : given, newTarget),
  get: (target, name, receiver) => (name === 'now' ? shiftedNowMs : Reflect.get(target, name, receiver)),
});
