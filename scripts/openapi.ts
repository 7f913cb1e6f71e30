import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openApiText } from '../backend-mock/http/openapi.ts';

/** `npm run openapi`: writes `contract/openapi.json`; a test fails while it is not current. */
const file = fileURLToPath(new URL('../contract/openapi.json', import.meta.url));
await writeFile(file, await openApiText());
console.log('contract/openapi.json written');
