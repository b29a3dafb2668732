/**
 * A session in React, for two people: /ann and /bo. Build the packages and the page first, from `web`:
 *
 *     npm ci --ignore-scripts && npm run build && npm run build -w examples/react
 *     RENDEZVOUS_URL=http://127.0.0.1:8080 RENDEZVOUS_KEY=… PORT=3000 npm start -w examples/react
 *
 * What is worth copying is in `src`: `use-session.ts` is the hook, `session-view.tsx` uses it.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { Rendezvous, RendezvousError } from '@rendezvous/server';

const { RENDEZVOUS_URL = '', RENDEZVOUS_KEY = '', PORT = '3000', STARTS_IN_MS = '20000', COUNTDOWN_MS = '5000', DURATION_MS = '60000' } = process.env;
const rendezvous = new Rendezvous({ url: RENDEZVOUS_URL, apiKey: RENDEZVOUS_KEY });
const BUILT = join(import.meta.dirname, 'dist');
const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; media-src 'self' blob:";

/** Who somebody is, this server knows: by the cookie of the address that they came by. */
async function ticket(request, response) {
  const who = /(?:^|; )who=(ann|bo)/.exec(request.headers.cookie ?? '')?.[1];
  if (who === undefined) return json(response, 401, { code: 'unauthenticated' });
  try {
    json(response, 200, await rendezvous.sessions.ticket(session.id, session.participants[who === 'bo' ? 1 : 0].user_id));
  } catch (error) {
    // The page is told what the scheduler says: 4xx is final, everything else it tries again.
    json(response, (error instanceof RendezvousError && error.status) || 502, (error instanceof RendezvousError && error.problem) || { code: 'unavailable' });
  }
}

function json(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function file(path, response, headers = {}) {
  const content = await readFile(join(BUILT, normalize(path))).catch(() => null);
  if (content === null) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': `${TYPES[extname(path)] ?? 'application/octet-stream'}; charset=utf-8`, 'content-security-policy': POLICY, ...headers }).end(content);
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (request.method === 'POST' && pathname === '/ticket') return ticket(request, response);
  if (/^\/(ann|bo)$/.test(pathname)) return file('/index.html', response, { 'set-cookie': `who=${pathname.slice(1)}; HttpOnly; SameSite=Strict; Path=/` });
  return file(pathname, response);
});

server.listen(Number(PORT), '127.0.0.1');
await once(server, 'listening');
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
const origin = `http://127.0.0.1:${port}`;
// Pages of this origin may join with this application's tickets.
await rendezvous.changeApplication({ allowed_origins: [origin] });
const session = await rendezvous.sessions.book({
  participants: [{ external_id: 'ann', name: 'Ann' }, { external_id: 'bo', name: 'Bo' }],
  starts_at: Date.now() + Number(STARTS_IN_MS),
  countdown_ms: Number(COUNTDOWN_MS),
  duration_ms: Number(DURATION_MS),
  remind_before_ms: [],
});
console.log(`${origin}/ann and ${origin}/bo`);
