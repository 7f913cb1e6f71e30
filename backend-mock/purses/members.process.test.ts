// Goal: a member has its two purses from the first moment (R57, R58, R62), a till's unknown tag is a proxy (R55, R56), and a tag is
// given to a member once.
// Method: the functions themselves on a real PostgreSQL, in a database that was migrated and seeded as a demo.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { type Canteen, openCanteen } from '../../testing/canteen/canteen.ts';
import { createMembers } from './members.ts';
import { readPurses } from './purses.ts';

let server: TestServer;
let canteen: Canteen;
beforeAll(async () => {
  server = await startTestServer();
  canteen = await openCanteen(await server.newDatabase());
});
afterAll(async () => {
  await canteen.close();
  await server.stop();
});

test('R57: a new member has exactly two purses; R58: default, Cash, cash; R62: sales, Sales, sales', async () => {
  const [member] = await canteen.within((connection) =>
    createMembers(connection, canteen.editionId, [{ memberType: 'pupil', displayName: 'Ada' }], canteen.now()),
  );
  const purses = await canteen.within((connection) =>
    readPurses(connection, canteen.editionId, [member?.customerId ?? 0]),
  );
  expect(purses.map(({ purseId, title, type, balanceMinor }) => ({ purseId, title, type, balanceMinor }))).toEqual([
    { purseId: 'default', title: 'Cash', type: 'cash', balanceMinor: 0 },
    { purseId: 'sales', title: 'Sales', type: 'sales', balanceMinor: 0 },
  ]);
});
