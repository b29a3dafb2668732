/** The examples of `web/examples` that have more than a script tag, each on an origin of its own. */
import type { Locator } from '@playwright/test';
import { Example } from '../support/example.ts';
import { expect, test } from '../support/fixtures.ts';
import type { ParticipantPage } from '../support/participant-page.ts';
import { until } from '../support/waiting.ts';

// The example's own server is posted webhooks.
test.use({ stackEnvironment: { RENDEZVOUS_EGRESS_ALLOW: '127.0.0.1' } });

const button = ({ page }: ParticipantPage, name: string): Locator => page.getByRole('button', { name });

async function sees({ page, name }: ParticipantPage, other: string): Promise<void> {
  const shown = () => page.locator(`video[aria-label="${other}"]`).evaluate((video: HTMLVideoElement) => ({ at: video.currentTime, muted: video.muted }));
  await until(`${name} sees and hears ${other}`, async () => {
    const { at, muted } = await shown();
    return at > 1 && !muted;
  });
}

test('[END-72] in React’s strict mode, which mounts twice, a session has one seat and one of each device, and none after it was unmounted', async ({ stack, browser, openPage, stopAfter }) => {
  await Example.build('react');
  const example = stopAfter(await Example.start(stack, 'react', { STARTS_IN_MS: '3000', COUNTDOWN_MS: '1000', DURATION_MS: '120000' }));
  const [ann, bo] = [await openPage(await browser.newContext({ locale: 'en-GB' }), 'Ann'), await openPage(await browser.newContext({ locale: 'en-GB' }), 'Bo')];
  await ann.open(`${example.origin}/ann`);
  await button(ann, 'Join').click();
  await ann.reachesPhase('lobby');
  await expect.poll(() => ann.openTracks(), { message: 'a camera and a microphone' }).toBe(2);
  await ann.nextPong();
  expect(await ann.page.evaluate(() => window.instrumentation.localTracks.length), 'it was mounted twice').toBe(4);
  expect([ann.welcomes.length, await ann.openTracks()], 'a seat, and two tracks still').toEqual([1, 2]);

  await bo.open(`${example.origin}/bo`);
  await button(bo, 'Join').click();
  for (const one of [ann, bo]) await one.reachesPhase('live');
  await Promise.all([sees(ann, 'Bo'), sees(bo, 'Ann')]);
  await expect(ann.page.getByRole('status')).toHaveText(/^With Bo, \d+ s left\.$/);
  await button(ann, 'Camera off').click();
  await expect(button(ann, 'Camera off')).toHaveAttribute('aria-pressed', 'true');

  await button(ann, 'Close the session').click();
  await ann.closesMedia();
  await bo.gets('peer_lost');
  await button(ann, 'Join').click();
  await ann.reachesPhase('live');
  expect(ann.welcomes).toHaveLength(2);
  await sees(ann, 'Bo');
  await button(ann, 'Leave').click();
  for (const one of [ann, bo]) {
    await expect(one.page.getByRole('status')).toHaveText('It is over: left.');
    await one.closesMedia();
  }
});

test('[END-73] a back end books by one click, lets both in by tickets, and is told by webhooks that it verifies', async ({ stack, browser, openPage, stopAfter }) => {
  const example = stopAfter(await Example.start(stack, 'webhooks', { STARTS_IN_MS: '3000', COUNTDOWN_MS: '1000' }));
  const shop = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Shop');
  await shop.open(`${example.origin}/`);
  await button(shop, 'Book a session').click();
  const events = shop.page.locator('#events > li');
  await expect(events.first()).toHaveText('session.scheduled');
  const visits = shop.page.locator('#links a');
  await expect(visits).toHaveText(['Ann', 'Bo']);

  const people: ParticipantPage[] = [];
  for (const link of await visits.all()) {
    const person = await openPage(await browser.newContext({ locale: 'en-GB' }), (await link.textContent()) ?? '');
    await person.open(new URL((await link.getAttribute('href')) ?? '', example.origin).href);
    people.push(person);
  }
  for (const person of people) await person.reachesPhase('live');
  await expect(events.filter({ hasText: /^session\.live$/ })).toHaveCount(1);
  await people[0]!.page.locator('[part~="leave"]').click();
  await expect(events.filter({ hasText: 'session.ended: left' })).toHaveCount(1);

  const forged = await fetch(`${example.origin}/webhooks`, { method: 'POST', body: '{"type": "session.ended", "data": {}}' });
  expect(forged.status).toBe(400);
  await expect(events.last()).toHaveText('refused: missing_header');
  for (const person of people) await person.closesMedia();
});
