/**
 * A back end of somebody else: one click books a session of two people, each of them gets a ticket for its own page, and what
 * happens comes by webhooks, which are verified and shown. From `web`:
 *
 *     npm ci --ignore-scripts && npm run build
 *     RENDEZVOUS_URL=http://127.0.0.1:8080 RENDEZVOUS_KEY=… PORT=3000 npm start -w examples/webhooks
 *
 * Rendezvous posts webhooks to public addresses alone. On one machine either let it post to this one, by
 * `RENDEZVOUS_EGRESS_ALLOW=127.0.0.1 make up`, or have them forwarded, and start this with the secret that is printed:
 *
 *     rendezvous listen --forward http://127.0.0.1:3000/webhooks --key-env RENDEZVOUS_KEY
 *     RENDEZVOUS_WEBHOOK_SECRET=whsec_… RENDEZVOUS_URL=… RENDEZVOUS_KEY=… PORT=3000 npm start -w examples/webhooks
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { Rendezvous, RendezvousError, verifyWebhook } from '@rendezvous/server';

const { RENDEZVOUS_URL = '', RENDEZVOUS_KEY = '', RENDEZVOUS_WEBHOOK_SECRET, PORT = '3000', STARTS_IN_MS = '20000', COUNTDOWN_MS = '5000', DURATION_MS = '60000' } = process.env;
const rendezvous = new Rendezvous({ url: RENDEZVOUS_URL, apiKey: RENDEZVOUS_KEY });
const HERE = import.meta.dirname;
const CLIENT = join(HERE, '../../sdk/dist');
const TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };
const PAGES = { '/': 'index.html', '/page.css': 'page.css', '/shop.js': 'shop.js', '/visit.js': 'visit.js' };
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; media-src 'self' blob:";

/** Far above any event (bytes). */
const MAX_BODY_BYTES = 256 * 1024;
/** What a page that is opened later is still shown, and by which an event that comes twice is known. */
const MAX_EVENTS = 100;

/** Who may come by which address: whoever has one is that person, so each is given to one. A real server asks for a login instead. */
const visits = new Map();
/** What came, the oldest first; by `webhook-id`. */
const events = new Map();
const watching = new Set();

/** Books the session, and makes an address for each of the two. */
async function book(response) {
  const session = await rendezvous.sessions.book({
    participants: [{ external_id: 'ann', name: 'Ann' }, { external_id: 'bo', name: 'Bo' }],
    starts_at: Date.now() + Number(STARTS_IN_MS),
    countdown_ms: Number(COUNTDOWN_MS),
    duration_ms: Number(DURATION_MS),
    remind_before_ms: [],
  });
  const links = session.participants.map(({ name, user_id }) => {
    const visit = randomUUID();
    visits.set(visit, { session: session.id, user_id });
    return { name, href: `/visits/${visit}` };
  });
  json(response, 201, { session: session.id, links });
}

async function webhook(request, response) {
  const body = await rawBody(request);
  try {
    // Over the bytes as they came: what is parsed and written again has another signature.
    const event = verifyWebhook(body, request.headers, secret);
    response.writeHead(204).end();
    note(request.headers['webhook-id'], { type: event.type, subject: event.data.subject, reason: event.type === 'session.ended' ? event.data.reason : '' });
  } catch (error) {
    const code = error instanceof RendezvousError ? error.code : 'internal';
    response.writeHead(400).end();
    note(randomUUID(), { type: 'refused', subject: '', reason: code });
  }
}

/** The same event may come twice: it is shown once. */
function note(id, event) {
  if (events.has(id)) return;
  events.set(id, event);
  if (events.size > MAX_EVENTS) events.delete(events.keys().next().value);
  for (const page of watching) tell(page, event);
}

/** Server-sent events: what is there, then what comes. */
function watch(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  for (const event of events.values()) tell(response, event);
  watching.add(response);
  response.once('close', () => watching.delete(response));
}

function tell(response, event) {
  response.write(`data: ${JSON.stringify(event)}\n\n`);
}

async function rawBody(request) {
  const parts = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw Object.assign(new Error('the body is too large'), { status: 413 });
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function json(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function file(path, response) {
  const content = await readFile(path).catch(() => null);
  if (content === null) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': `${TYPES[extname(path)]}; charset=utf-8`, 'content-security-policy': POLICY, 'referrer-policy': 'no-referrer' }).end(content);
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://localhost');
  const [, visit, asksTicket] = /^\/visits\/([\w-]+)(\/ticket)?$/.exec(pathname) ?? [];
  if (request.method === 'POST') {
    if (pathname === '/webhooks') return webhook(request, response);
    if (pathname === '/sessions') return book(response);
    const known = asksTicket && visits.get(visit);
    return known ? json(response, 200, await rendezvous.sessions.ticket(known.session, known.user_id)) : json(response, 404, { code: 'not_found' });
  }
  if (visit !== undefined && !asksTicket) return file(join(HERE, 'visit.html'), response);
  if (pathname === '/events') return watch(response);
  if (pathname.startsWith('/rendezvous/')) return file(join(CLIENT, normalize(pathname.slice('/rendezvous'.length))), response);
  return pathname in PAGES ? file(join(HERE, PAGES[pathname]), response) : response.writeHead(404).end();
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    // A refusal of the scheduler is passed on as it is: the page knows its codes.
    if (!response.headersSent) json(response, error.status ?? 502, error.problem ?? { code: 'unavailable' });
    else response.destroy();
  });
});

server.listen(Number(PORT), '127.0.0.1');
await once(server, 'listening');
const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
const origin = `http://127.0.0.1:${port}`;
await rendezvous.changeApplication({ allowed_origins: [origin], channels: ['webhook'] });
const endpoint = RENDEZVOUS_WEBHOOK_SECRET ? null : await rendezvous.webhooks.create({ url: `${origin}/webhooks`, description: 'examples/webhooks' });
const secret = RENDEZVOUS_WEBHOOK_SECRET ?? endpoint.secret;
console.log(`${origin}/`);

// The endpoint lives as long as this server. One that stays has its secret kept instead, as a password is.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    if (endpoint !== null) await rendezvous.webhooks.delete(endpoint.id).catch((error) => console.error(`The endpoint stays: ${error.message}`));
    process.exit(0);
  });
}
