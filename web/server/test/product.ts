/** The running product, as `scripts/sdks/run.py` has started it. */
import { type IncomingMessage, type Server, createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Rendezvous, type BookSession } from '@rendezvous/server';

/** How long a test waits for what has to come. */
export const SOON_MS = 15_000;

export const url = named('RENDEZVOUS_URL');
export const apiKey = named('RENDEZVOUS_API_KEY');
/** The official libraries of Standard Webhooks. */
export const libraries = named('RENDEZVOUS_WEBHOOK_LIBRARIES');

export function named(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run scripts/sdks/run.py`);
  return value;
}

export function client(): Rendezvous {
  return new Rendezvous({ url, apiKey });
}

export const IN_AN_HOUR_MS = 3_600_000;

/** A session of two people who are nobody else's. */
export function offer(more: Partial<BookSession> = {}): BookSession {
  const one = crypto.randomUUID();
  return {
    participants: [
      { external_id: `ann-${one}`, name: 'Ann' },
      { external_id: `bo-${one}`, name: 'Bo' },
    ],
    starts_at: Date.now() + IN_AN_HOUR_MS,
    ...more,
  };
}

/** A server on a free port of this machine. */
export async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<{ url: string; server: Server }> {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

export async function stopped(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
