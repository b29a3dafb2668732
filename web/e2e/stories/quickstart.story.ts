/** The ten lines of the README, as they are written there, in a page on an origin of its own. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Application } from '../support/application.ts';
import { expect, test } from '../support/fixtures.ts';
import { until } from '../support/waiting.ts';

const ROOT = new URL('../../../', import.meta.url);
const IMPORT_MAP = '<script type="importmap">{"imports": {"@rendezvous/client": "/client/index.js"}}</script>';

async function quickstart(): Promise<string> {
  const readme = await readFile(new URL('README.md', ROOT), 'utf8');
  const found = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code!).find((code) => code.includes('createSession'));
  if (found === undefined) throw new Error('the README has no quickstart');
  return found;
}

/** A page with two videos, and a server that asks for the tickets of whoever its cookie names. */
async function serve(code: string, ticketOf: (who: string) => Promise<object>): Promise<Server> {
  const server = createServer(async ({ method, url = '/', headers }, response) => {
    if (method === 'POST') return response.end(JSON.stringify(await ticketOf(/who=(\w+)/.exec(headers.cookie ?? '')?.[1] ?? '')));
    if (url.startsWith('/client/')) {
      return response.setHeader('content-type', 'text/javascript').end(await readFile(new URL(`web/sdk/dist/${url.slice('/client/'.length)}`, ROOT)));
    }
    response.setHeader('content-type', 'text/html').setHeader('set-cookie', `who=${url.slice(1)}; Path=/`);
    response.end(`<!doctype html>${IMPORT_MAP}<video autoplay muted playsinline></video><video autoplay muted playsinline></video><script type="module">${code}</script>`);
  });
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  return server;
}

test('[END-68] the quickstart of the README is at most ten lines, and two pages of it meet', async ({ stack, browser, openPage, stopAfter }) => {
  const code = await quickstart();
  const lines = code.split('\n').filter((line) => line.trim() !== '');
  expect(lines.length).toBeLessThanOrEqual(10);
  const application = await Application.of(stack);
  const { session } = await application.book({ startsInMs: 3_000, countdown_ms: 1_000, duration_ms: 5_000 });
  const people = new Map(session.participants.map(({ name, user_id }) => [name.toLowerCase(), user_id]));
  const server = await serve(code, (who) => application.ticket(session.id, people.get(who) ?? ''));
  stopAfter({ stop: async () => void server.close() });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await application.allowOrigins([origin]);

  const pages = await Promise.all(['Ann', 'Bo'].map(async (name) => openPage(await browser.newContext({ locale: 'en-GB' }), name)));
  for (const page of pages) await page.open(`${origin}/${page.name.toLowerCase()}`);
  for (const { page, name } of pages) {
    const hears = () => page.evaluate(() => [...document.querySelectorAll('video')].map(({ muted, currentTime }) => !muted && currentTime > 1)[1]);
    await until(`${name} sees and hears`, hears, 40_000);
  }
  for (const { page } of pages) await expect(page.locator('body')).toContainText('It is over: completed');
});
