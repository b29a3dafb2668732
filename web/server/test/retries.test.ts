/** When a call is tried again: a server between the SDK and the running scheduler refuses, hangs, or loses the answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Rendezvous, RendezvousError } from '@rendezvous/server';
import { afterEach, expect, test } from 'vitest';
import { apiKey, bodyOf, client, offer, serve, stopped, url } from './product.ts';

type Between = (attempt: number, request: IncomingMessage, response: ServerResponse, pass: () => Promise<Response>) => Promise<void> | void;

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A client whose requests go through `between`, and the requests that came. */
async function through(between: Between, options: { timeoutMs?: number; maxWaitMs?: number } = {}) {
  const seen: IncomingMessage[] = [];
  const { url: address, server } = await serve(async (request, response) => {
    seen.push(request);
    const body = await bodyOf(request);
    const pass = () =>
      fetch(url + request.url, {
        method: request.method!,
        headers: { ...(request.headers as Record<string, string>), host: new URL(url).host, connection: 'close' },
        body: body.length === 0 ? null : new Uint8Array(body),
      });
    await between(seen.length, request, response, pass);
  });
  ends.push(() => stopped(server));
  return { seen, rendezvous: new Rendezvous({ url: address, apiKey, ...options }) };
}

async function answer(response: ServerResponse, passed: Response): Promise<void> {
  response.writeHead(passed.status, { 'content-type': passed.headers.get('content-type') ?? 'text/plain' });
  response.end(await passed.text());
}

function refuse(response: ServerResponse, status: number, retryAfterS?: number): void {
  response.writeHead(status, retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) }).end();
}

async function failed(call: Promise<unknown>): Promise<RendezvousError> {
  const error = await call.then(() => undefined, (error: unknown) => error);
  expect(error).toBeInstanceOf(RendezvousError);
  return error as RendezvousError;
}

test('[SDK-5] what is refused for now is asked again, after the wait that is named', async () => {
  let refusedAt = 0;
  const { seen, rendezvous } = await through(async (attempt, _, response, pass) => {
    if (attempt === 1) {
      refusedAt = performance.now();
      return refuse(response, 503, 1);
    }
    if (attempt === 2) return refuse(response, 429);
    await answer(response, await pass());
  });
  const session = await rendezvous.sessions.book(offer());
  expect(session.state).toBe('scheduled');
  expect(seen).toHaveLength(3);
  expect(performance.now() - refusedAt).toBeGreaterThan(950);
});

test('[SDK-5] three attempts are made at most, and none after a wait that is too long', async () => {
  const always = await through((_, __, response) => refuse(response, 503, 0));
  expect((await failed(always.rendezvous.application())).status).toBe(503);
  expect(always.seen).toHaveLength(3);
  const later = await through((_, __, response) => refuse(response, 429, 3_600));
  const told = await failed(later.rendezvous.application());
  expect([told.status, told.retryAfterMs, later.seen.length]).toEqual([429, 3_600_000, 1]);
  const broken = await through((_, __, response) => refuse(response, 500));
  expect((await failed(broken.rendezvous.application())).code).toBe('bad_answer');
  expect(broken.seen, 'nobody knows what a fault has done').toHaveLength(1);
});

test('[SDK-6] an answer that is lost is asked for again under the same key, and there is one session', async () => {
  const { seen, rendezvous } = await through(async (attempt, request, response, pass) => {
    const passed = await pass();
    if (attempt === 1) {
      await passed.text();
      request.socket.destroy();
    } else await answer(response, passed);
  });
  const asked = offer();
  const session = await rendezvous.sessions.book(asked);
  expect(seen.map((request) => request.headers['idempotency-key'])).toEqual([expect.any(String), seen[0]!.headers['idempotency-key']]);
  const starts = asked.starts_at!;
  const mine: string[] = [];
  for await (const each of client().sessions.list({ from: starts, to: starts + 1 })) {
    if (each.participants.some((person) => person.external_id === asked.participants[0]!.external_id)) mine.push(each.id);
  }
  expect(mine).toEqual([session.id]);
  const again = await rendezvous.sessions.book(offer());
  expect(again.id, 'another command has another key').not.toBe(session.id);
});

test('[SDK-6] what would be done twice is not asked again', async () => {
  const { seen, rendezvous } = await through((_, request) => {
    request.socket.destroy();
  });
  const lost = await failed(rendezvous.sessions.renewLink('s', 'u'));
  expect([lost.code, lost.status, seen.length]).toEqual(['connection_failed', undefined, 1]);
  expect((await failed(rendezvous.sessions.get('s'))).code).toBe('connection_failed');
  expect(seen).toHaveLength(4);
});

test('[SDK-7] a call ends in time, when its caller ends it, and goes nowhere else', async () => {
  const silent = await through(() => undefined, { timeoutMs: 50 });
  expect((await failed(silent.rendezvous.application())).code).toBe('timeout');
  expect(silent.seen.length, 'an attempt may end before it is heard').toBeLessThanOrEqual(3);
  const patient = await through(() => undefined);
  const ending = new AbortController();
  const call = patient.rendezvous.application({ signal: ending.signal });
  ending.abort();
  expect((await failed(call)).code).toBe('aborted');
  let hasFollowed = false;
  const elsewhere = await serve((_, response) => {
    hasFollowed = true;
    response.end();
  });
  ends.push(() => stopped(elsewhere.server));
  const away = await through((_, __, response) => {
    response.writeHead(307, { location: elsewhere.url }).end();
  });
  expect((await failed(away.rendezvous.application())).status).toBe(307);
  expect(hasFollowed, 'a key is for one address').toBe(false);
});
