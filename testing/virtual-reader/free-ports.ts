import { createServer, type Server } from 'node:net';

const attemptsMax = 50;

/** The first of two free ports in a row, which vpcd takes one reader each for. */
export async function twoFreePorts(): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const first = await listen(0);
    const port = portOf(first);
    const second = port < 65_535 ? await listen(port + 1).catch(() => null) : null;
    await close(first);
    if (second !== null) {
      await close(second);
      return port;
    }
  }
  throw new Error('there are no two free ports in a row');
}

function listen(port: number): Promise<Server> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => resolve(server));
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('a server without a port');
  }
  return address.port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
  });
}
