/** Ports on loopback that are free now, and that the system gives to no outgoing connection while a service restarts. */
import { createServer } from 'node:net';

const FIRST_PORT = 16_000;
/** Below those of the Rust tests' services, and far below the system's ephemeral ones. */
const PORTS = 4_000;

let next = process.pid % PORTS;

export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tried = 0; ports.length < count; tried += 1) {
    if (tried === PORTS) throw new Error(`no ${count} free ports from ${FIRST_PORT} on`);
    const port = FIRST_PORT + next;
    next = (next + 1) % PORTS;
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
