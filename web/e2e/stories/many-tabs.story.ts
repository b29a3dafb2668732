/** More tabs than a browser opens connections to one origin. */
import type { Request } from '@playwright/test';
import { expect, test } from '../support/fixtures.ts';

const TABS = 8;

/** Waited for outside of the lobby; reminded of once all tabs are open, however long that takes. */
const BOOKING = { startsInMs: 3_600_000, lobby_ms: 60_000, remind_before_ms: [1_800_000] };

test.use({ stackArguments: ['--test-clock'] });

/** Until the reminder is there, which closes by itself after 10 s; a tab without a stream asks every few seconds (ms). */
const REMINDER_LIMIT_MS = 120_000;

test('[END-30] eight tabs of one browser all load, and the reminder arrives in each, whether they are of one link or of eight', async ({ browser, application, openPage }) => {
  const one = await application.book(BOOKING);
  const others = await Promise.all(Array.from({ length: 4 }, () => application.book(BOOKING)));
  // Four tabs of one link, and four of other links.
  const links = [...Array<string>(TABS - others.length).fill(one.ann), ...others.map(({ bo }) => bo)];
  const context = await browser.newContext({ locale: 'en-GB' });
  const streams = new Set<Request>();
  context.on('request', (request) => void (request.url().endsWith('/v1/notifications/stream') && streams.add(request)));
  for (const event of ['requestfinished', 'requestfailed'] as const) context.on(event as 'requestfinished', (request) => void streams.delete(request));
  const reminded = [];
  for (const [index, link] of links.entries()) {
    const tab = await openPage(context, `tab ${index}`);
    await tab.open(link);
    await tab.reachesPhase('early');
    reminded.push(expect(tab.get('reminder'), tab.name).toBeVisible({ timeout: REMINDER_LIMIT_MS }));
  }
  await application.advanceTo(one.session.starts_at - 1_800_000);
  await Promise.all(reminded);
  expect(streams.size, 'endless requests to the origin').toBeLessThanOrEqual(3);
  await context.close();
});
