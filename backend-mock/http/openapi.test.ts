// Goal: the published document is the one the routes really have, and is OpenAPI 3.1.
// Method: makes the document from the routes and compares it with the file; reads it as a client would.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openApiText } from './openapi.ts';

const file = fileURLToPath(new URL('../../contract/openapi.json', import.meta.url));
const documentSchema = z.object({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), z.object({ responses: z.record(z.string(), z.unknown()) }))),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});

test('contract/openapi.json is current (else: npm run openapi)', async () => {
  expect(await readFile(file, 'utf8')).toBe(await openApiText());
});

test('the document is OpenAPI 3.1, names the contract schemas and declares problems on every versioned route', async () => {
  const document = documentSchema.parse(JSON.parse(await openApiText()));
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.components.schemas)).toEqual(
    expect.arrayContaining(['BatchAnswer', 'EnrolmentAnswer', 'Problem', 'Seal']),
  );
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining(['/v1/enrolments', '/v1/assignments/{id}/batches/{batchId}', '/v1/assignments/{id}/seal']),
  );
  for (const operations of Object.values(document.paths)) {
    for (const { responses } of Object.values(operations)) expect(Object.keys(responses)).toContain('503');
  }
});

test('every reference in it leads somewhere', async () => {
  const text = await openApiText();
  const document: unknown = JSON.parse(text);
  const targets = [...new Set([...text.matchAll(/"\$ref": "#\/([^"]+)"/g)].map(([, path = '']) => path))];
  const missing = targets.filter((path) => at(document, path.split('/')) === undefined);
  expect(targets.length).toBeGreaterThan(50);
  expect(missing).toEqual([]);
});

/** What stands at a JSON pointer. */
function at(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value;
  const found: unknown =
    typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
  return found === undefined ? undefined : at(found, rest);
}
