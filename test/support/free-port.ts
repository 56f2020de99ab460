// A port for a program that takes one and cannot choose it.

import { createServer, type AddressInfo } from 'node:net';

/** A port of this machine on which nothing listens. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
};
