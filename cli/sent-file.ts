import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Answer, answered, faulted } from './answer.ts';

/** A file's own bytes as the backend takes them; `USAGE` where it cannot be read. */
export async function sentFile(file: string): Promise<Answer<{ fileName: string; contentBase64: string }>> {
  try {
    const contentBase64 = (await readFile(file)).toString('base64');
    return answered({ fileName: basename(file).slice(0, 120), contentBase64 });
  } catch (error) {
    return faulted('USAGE', error instanceof Error ? error.message : String(error));
  }
}
