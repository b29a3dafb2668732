/** Call controls, join links, missing devices, blocked autoplay. */
import { chromium } from '@playwright/test';
import { CHROMIUM_ARGS, chromiumPath } from '../support/chromium.ts';
import { expect, test } from '../support/fixtures.ts';
import { ParticipantPage } from '../support/participant-page.ts';
import { until } from '../support/waiting.ts';

// Sessions and waits last as long as a slow machine needs, and then are over at once.
test.use({ stackArguments: ['--test-clock'] });

test('[END-5] muting and turning the camera off reach the other one', async ({ pair }) => {
  const { ann, bo, annPage, boPage } = await pair({ startsInMs: 2_000, countdown_ms: 1_000, duration_ms: 60_000 });
  await annPage.open(ann);
  await boPage.open(bo);
  for (const person of [annPage, boPage]) await person.reachesPhase('live');
  await until('Bo sees Ann', async () => (await boPage.remoteVideo()).brightness > 5);
  await expect(annPage.get('local-video')).toBeVisible();

  await annPage.get('camera').click();
  await until('Bo sees black', async () => (await boPage.remoteVideo()).brightness < 2);
  await annPage.get('camera').click();
  await until('Bo sees Ann again', async () => (await boPage.remoteVideo()).brightness > 5);

  await annPage.get('mute').click();
  await expect(annPage.get('mute')).toHaveAttribute('aria-pressed', 'true');
  const quiet = await energyOver(boPage, 1_500);
  await annPage.get('mute').click();
  const loud = await energyOver(boPage, 2_500);
  expect(quiet).toBeLessThan(loud);
});

test('[END-6] leaving asks once, and ends the session for both', async ({ pair, application }) => {
  const { session, ann, bo, annPage, boPage } = await pair({ startsInMs: 1_000, countdown_ms: 1_000, duration_ms: 30_000 });
  await annPage.open(ann);
  await boPage.open(bo);
  for (const person of [annPage, boPage]) await person.reachesPhase('live');
  await annPage.get('leave').click();
  await expect(annPage.get('leave-confirm')).toBeVisible();
  await annPage.page.keyboard.press('Escape');
  await annPage.reachesPhase('live');
  await annPage.get('leave').click();
  await annPage.get('leave-confirm').click();
  for (const person of [annPage, boPage]) {
    await person.reachesPhase('ended');
    await person.closesMedia();
  }
  expect((await application.ended(session.id)).outcome?.reason).toBe('left');
});

test('[END-7] both ask for more time, and get it', async ({ pair, application }) => {
  const { ann, bo, annPage, boPage } = await pair({
    startsInMs: 1_000,
    countdown_ms: 1_000,
    duration_ms: 60_000,
    extension_ms: 50_000,
  });
  await annPage.open(ann);
  await boPage.open(bo);
  for (const person of [annPage, boPage]) await person.reachesPhase('live');
  await annPage.get('extend').click();
  await expect(boPage.get('extend-request')).toBeVisible();
  await boPage.get('extend').click();
  const extended = await annPage.gets('extended');
  const live = await annPage.gets('live');
  expect(extended.frame['deadline_at']).toBe((live.frame['deadline_at'] as number) + 50_000);
  await application.advanceTo((live.frame['deadline_at'] as number) + 43_000, annPage, boPage);
  for (const person of [annPage, boPage]) expect(person.received.some(({ frame }) => frame.type === 'ended'), 'past the first deadline').toBe(false);
  const ended = await annPage.gets('ended');
  expect(ended.at + application.aheadMs).toBeGreaterThanOrEqual((extended.frame['deadline_at'] as number) - 5);
});

test('[END-31] who leaves the waiting room is out: the other one reads so until they come back, also past the start', async ({ pair, application }) => {
  const { session, ann, bo, annPage, boPage } = await pair({ startsInMs: 60_000, lobby_ms: 120_000, duration_ms: 3_000 });
  await annPage.open(ann);
  await boPage.open(bo);
  await expect(annPage.get('both-here')).toBeVisible();
  await boPage.get('leave').click();
  await boPage.get('leave-confirm').click();
  await annPage.gets('peer_left');
  await application.advanceTo(session.starts_at, annPage);
  await expect(annPage.get('starts-in'), 'the start passes').toHaveCount(0);
  await expect(annPage.get('waiting')).toContainText('Bo');
  const joins = boPage.sent.filter(({ frame }) => frame.type === 'join');
  expect(joins, 'no join of its own').toHaveLength(1);
  const seen = annPage.received.map(({ frame }) => frame.type);
  expect(seen.slice(seen.indexOf('peer_left'))).not.toContain('peer_joined');
  expect(seen, 'no countdown for nobody').not.toContain('countdown');

  await boPage.page.reload();
  await boPage.get('come-back').click();
  for (const page of [annPage, boPage]) await page.reachesPhase('live');
  expect(annPage.received.filter(({ frame }) => frame.type === 'peer_joined')).toHaveLength(2);
});

test('[END-8] the first one in sees who is missing, and a no-show says so', async ({ pair, application }) => {
  const { session, ann, annPage } = await pair({ startsInMs: 1_000, closes_after_ms: 60_000 });
  await annPage.open(ann);
  await annPage.reachesPhase('lobby');
  await expect(annPage.get('waiting')).toContainText('Bo');
  await application.advanceTo(session.closes_at - 1_000, annPage);
  await annPage.reachesPhase('ended');
  await expect(annPage.get('end-reason')).toContainText('Bo');
  const record = await application.ended(session.id);
  expect(record.outcome).toEqual({ reason: 'no_show', absent: [session.participants[1]!.user_id] });
});

test('[END-9] a link opened too early waits, and enters by itself', async ({ pair, application }) => {
  const { session, ann, annPage } = await pair({ startsInMs: 120_000, lobby_ms: 60_000 });
  await annPage.open(ann);
  await annPage.reachesPhase('early');
  expect(new URL(annPage.page.url()).hash, 'the token leaves the address').toBe('');
  await application.advanceTo(session.lobby_opens_at - 2_000, annPage);
  await annPage.reachesPhase('lobby');
});

test('[END-10] unknown, cancelled and past links each say so', async ({ pair, application, stack }) => {
  const { session, ann, bo, annPage, boPage } = await pair({ startsInMs: 30_000 });
  await annPage.open(`${stack.webUrl}/join#no.such.link`);
  await annPage.reachesPhase('refused');
  const unknown = await annPage.get('notice').first().innerText();

  await boPage.open(bo);
  await boPage.reachesPhase('lobby');
  await application.cancel(session.id);
  await boPage.reachesPhase('ended');
  await expect(boPage.get('end-reason')).toContainText(/cancelled/i);
  await annPage.page.goto('about:blank');
  await annPage.open(ann);
  await expect(annPage.root).toHaveAttribute('data-phase', /refused|ended/);
  const cancelled = await annPage.page.locator('main').innerText();
  expect(cancelled).toMatch(/cancelled/i);

  const past = await application.book({ startsInMs: -1_000, closes_after_ms: 1_000, lobby_ms: 1_000 });
  // Until the scheduler knows that nobody came.
  await application.advance(60_000);
  await application.ended(past.session.id, 30_000);
  await annPage.page.goto('about:blank');
  await annPage.open(past.ann);
  await expect(annPage.root).toHaveAttribute('data-phase', /refused|ended/);
  const over = await annPage.page.locator('main').innerText();
  expect(new Set([unknown, cancelled, over]).size, 'three different words').toBe(3);
});

for (const [what, flags] of [
  ['refused', ['--deny-permission-prompts']],
  ['missing', []],
] as const) {
  test(`[END-11] joining goes on with camera and microphone ${what}`, async ({ application, browser, openPage }) => {
    const booking = await application.book({ startsInMs: 1_000, countdown_ms: 1_000, duration_ms: 60_000 });
    const args = CHROMIUM_ARGS.filter((flag) => !flag.startsWith('--use-fake')).concat(flags);
    const bare = await chromium.launch({ executablePath: chromiumPath(), args });
    const ann = await ParticipantPage.in(await bare.newContext({ locale: 'en-GB' }), 'Ann');
    const bo = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Bo');
    await ann.open(booking.ann);
    await expect(ann.get('media-notice')).toBeVisible();
    await bo.open(booking.bo);
    for (const person of [ann, bo]) await person.reachesPhase('live');
    await until('Ann sees Bo all the same', async () => (await ann.remoteVideo()).brightness > 5);
    await bare.close();
  });
}

test('[END-12] sound that the browser blocks starts by one click', async ({ application, browser, openPage }) => {
  const booking = await application.book({ startsInMs: 1_000, countdown_ms: 1_000, duration_ms: 60_000 });
  const context = await browser.newContext({ locale: 'en-GB' });
  const ann = await openPage(context, 'Ann');
  const bo = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Bo');
  await ann.page.addInitScript(blockAutoplayUntilClick);
  await ann.open(booking.ann);
  await bo.open(booking.bo);
  for (const person of [ann, bo]) await person.reachesPhase('live');
  await ann.get('unblock').click();
  await until('Ann hears Bo', async () => (await ann.remoteVideo()).audible);
  await expect(ann.get('unblock')).toBeHidden();
});

async function energyOver(person: ParticipantPage, spanMs: number): Promise<number> {
  const before = (await person.inbound()).audioEnergy;
  await person.page.waitForTimeout(spanMs);
  return ((await person.inbound()).audioEnergy - before) / spanMs;
}

/** Init script: blocks unmuted playback before the first click, as an autoplay policy does. */
function blockAutoplayUntilClick(): void {
  let clicked = false;
  addEventListener('click', () => (clicked = true), { capture: true });
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
    if (clicked || this.muted) return play.call(this);
    this.pause();
    return Promise.reject(new DOMException('play() failed: no gesture yet', 'NotAllowedError'));
  };
}
