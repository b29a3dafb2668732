/**
 * Serves the page to two people, /ann and /bo, and trades this application's key for their tickets. Needs Node and nothing else.
 *
 *     RENDEZVOUS_URL=http://127.0.0.1:8080 RENDEZVOUS_KEY=… PORT=3000 node server.mjs
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const { RENDEZVOUS_URL, RENDEZVOUS_KEY, PORT = '3000', STARTS_IN_MS = '20000', DURATION_MS = '60000' } = process.env;
const HERE = import.meta.dirname;
const CLIENT = join(HERE, '../../sdk/dist');
const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };
const PAGES = { '/ann': 'index.html', '/bo': 'index.html', '/page.css': 'page.css', '/page.js': 'page.js' };

/** Nothing inline, no HTML from texts, and nowhere to connect but Rendezvous. */
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; media-src 'self' blob:; require-trusted-types-for 'script'; trusted-types 'none'";

async function api(method, path, body) {
  const headers = { authorization: `Bearer ${RENDEZVOUS_KEY}`, 'content-type': 'application/json' };
  const answer = await fetch(RENDEZVOUS_URL + path, { method, headers, body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
}

/** Each visitor gets a ticket of their own, by the cookie of this page: who somebody is, this server knows. */
async function ticket(path, request, response, session) {
  const who = /(?:^|; )who=(ann|bo)/.exec(request.headers.cookie ?? '')?.[1];
  const user_id = session.participants[who === 'bo' ? 1 : 0].user_id;
  const { status, body } = who === undefined ? { status: 401, body: { code: 'unauthenticated' } } : await api('POST', path, { user_id });
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function file(path, response, headers = {}) {
  const content = await readFile(path).catch(() => null);
  if (content === null) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': `${TYPES[extname(path)]}; charset=utf-8`, 'content-security-policy': POLICY, ...headers }).end(content);
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (request.method === 'POST' && pathname === '/ticket') return ticket(`/v1/sessions/${session.id}/ticket`, request, response, session);
  if (request.method === 'POST' && pathname === '/chat-ticket') return ticket('/v1/rooms/ticket', request, response, session);
  if (pathname.startsWith('/rendezvous/')) return file(join(CLIENT, normalize(pathname.slice('/rendezvous'.length))), response);
  if (!(pathname in PAGES)) return response.writeHead(404).end();
  return file(join(HERE, PAGES[pathname]), response, extname(pathname) === '' ? { 'set-cookie': `who=${pathname.slice(1)}; HttpOnly; SameSite=Strict; Path=/` } : {});
});

server.listen(Number(PORT), '127.0.0.1');
await once(server, 'listening');
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
const origin = `http://127.0.0.1:${port}`;
// Pages of this origin may join with this application's tickets.
await api('PATCH', '/v1/application', { allowed_origins: [origin] });
const participants = [{ external_id: 'ann', name: 'Ann' }, { external_id: 'bo', name: 'Bo' }];
const { body: session } = await api('POST', '/v1/sessions', { participants, starts_at: Date.now() + Number(STARTS_IN_MS), duration_ms: Number(DURATION_MS), remind_before_ms: [] });
console.log(`${origin}/ann and ${origin}/bo`);
