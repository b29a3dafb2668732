/** What anyone expects of a call. */
import { CHROMIUM_ARGS, chromiumPath } from '../support/chromium.ts';
import { Person } from '../support/person.ts';
import { expect, test } from '../support/story.ts';
import { until } from '../support/waiting.ts';
import { chromium } from '@playwright/test';

test('[END-5] muting and turning the camera off reach the other one', async ({ pair }) => {
  const { ann, bo, annAt, boAt } = await pair({ startsInMs: 2_000, countdown_ms: 1_000, duration_ms: 25_000 });
  await annAt.open(ann);
  await boAt.open(bo);
  for (const person of [annAt, boAt]) await person.reaches('live');
  await until('Bo sees Ann', async () => (await boAt.remotePicture()).brightness > 5);
  await expect(annAt.get('local-video')).toBeVisible();

  await annAt.get('camera').click();
  await until('Bo sees black', async () => (await boAt.remotePicture()).brightness < 2);
  await annAt.get('camera').click();
  await until('Bo sees Ann again', async () => (await boAt.remotePicture()).brightness > 5);

  await annAt.get('mute').click();
  await expect(annAt.get('mute')).toHaveAttribute('aria-pressed', 'true');
  const quiet = await energyOver(boAt, 1_500);
  await annAt.get('mute').click();
  const loud = await energyOver(boAt, 2_500);
  expect(quiet).toBeLessThan(loud);
});

test('[END-6] leaving asks once, and ends the session for both', async ({ pair, application }) => {
  const { session, ann, bo, annAt, boAt } = await pair({ startsInMs: 1_000, countdown_ms: 1_000, duration_ms: 30_000 });
  await annAt.open(ann);
  await boAt.open(bo);
  for (const person of [annAt, boAt]) await person.reaches('live');
  await annAt.get('leave').click();
  await expect(annAt.get('leave-confirm')).toBeVisible();
  await annAt.page.keyboard.press('Escape');
  await annAt.reaches('live');
  await annAt.get('leave').click();
  await annAt.get('leave-confirm').click();
  for (const person of [annAt, boAt]) {
    await person.reaches('ended');
    await person.hangsUpByItself();
  }
  expect((await application.ended(session.id)).outcome?.reason).toBe('left');
});

test('[END-7] both ask for more time, and get it', async ({ pair }) => {
  const { ann, bo, annAt, boAt } = await pair({
    startsInMs: 1_000,
    countdown_ms: 1_000,
    duration_ms: 6_000,
    extension_ms: 5_000,
  });
  await annAt.open(ann);
  await boAt.open(bo);
  for (const person of [annAt, boAt]) await person.reaches('live');
  await annAt.get('extend').click();
  await expect(boAt.get('extend-request')).toBeVisible();
  await boAt.get('extend').click();
  const extended = await annAt.gets('extended');
  const live = await annAt.gets('live');
  expect(extended.frame['deadline_at']).toBe((live.frame['deadline_at'] as number) + 5_000);
  const ended = await annAt.gets('ended');
  expect(ended.at).toBeGreaterThanOrEqual((extended.frame['deadline_at'] as number) - 5);
});

test('[END-8] the first one in sees who is missing, and a no-show says so', async ({ pair, application }) => {
  const { session, ann, annAt } = await pair({ startsInMs: 1_000, closes_after_ms: 3_000 });
  await annAt.open(ann);
  await annAt.reaches('lobby');
  await expect(annAt.get('waiting')).toContainText('Bo');
  await annAt.reaches('ended');
  await expect(annAt.get('end-reason')).toContainText('Bo');
  const record = await application.ended(session.id);
  expect(record.outcome).toEqual({ reason: 'no_show', absent: [session.participants[1]!.user_id] });
});

test('[END-9] a link opened too early waits, and enters by itself', async ({ pair }) => {
  const { ann, annAt } = await pair({ startsInMs: 8_000, lobby_ms: 4_000 });
  await annAt.open(ann);
  await annAt.reaches('early');
  expect(new URL(annAt.page.url()).hash, 'the token leaves the address').toBe('');
  await annAt.reaches('lobby');
});

test('[END-10] unknown, cancelled and past links each say so', async ({ pair, application, stack }) => {
  const { session, ann, bo, annAt, boAt } = await pair({ startsInMs: 30_000 });
  await annAt.open(`${stack.webUrl}/join#no.such.link`);
  await annAt.reaches('refused');
  const unknown = await annAt.get('notice').first().innerText();

  await boAt.open(bo);
  await boAt.reaches('lobby');
  await application.cancel(session.id);
  await boAt.reaches('ended');
  await expect(boAt.get('end-reason')).toContainText(/cancelled/i);
  await annAt.page.goto('about:blank');
  await annAt.open(ann);
  await expect(annAt.root).toHaveAttribute('data-phase', /refused|ended/);
  const cancelled = await annAt.page.locator('main').innerText();
  expect(cancelled).toMatch(/cancelled/i);

  const past = await application.book({ startsInMs: -1_000, closes_after_ms: 1_000, lobby_ms: 1_000 });
  await application.ended(past.session.id, 30_000);
  await annAt.page.goto('about:blank');
  await annAt.open(past.ann);
  await expect(annAt.root).toHaveAttribute('data-phase', /refused|ended/);
  const over = await annAt.page.locator('main').innerText();
  expect(new Set([unknown, cancelled, over]).size, 'three different words').toBe(3);
});

for (const [what, flags] of [
  ['refused', ['--deny-permission-prompts']],
  ['missing', []],
] as const) {
  test(`[END-11] joining goes on with camera and microphone ${what}`, async ({ application, browser, personIn }) => {
    const booking = await application.book({ startsInMs: 1_000, countdown_ms: 1_000, duration_ms: 8_000 });
    const args = CHROMIUM_ARGS.filter((flag) => !flag.startsWith('--use-fake')).concat(flags);
    const bare = await chromium.launch({ executablePath: chromiumPath(), args });
    const ann = await Person.in(await bare.newContext({ locale: 'en-GB' }), 'Ann');
    const bo = await personIn(await browser.newContext({ locale: 'en-GB' }), 'Bo');
    await ann.open(booking.ann);
    await expect(ann.get('media-notice')).toBeVisible();
    await bo.open(booking.bo);
    for (const person of [ann, bo]) await person.reaches('live');
    await until('Ann sees Bo all the same', async () => (await ann.remotePicture()).brightness > 5);
    await bare.close();
  });
}

test('[END-12] sound that the browser blocks starts by one click', async ({ application, browser, personIn }) => {
  const booking = await application.book({ startsInMs: 1_000, countdown_ms: 1_000, duration_ms: 12_000 });
  const context = await browser.newContext({ locale: 'en-GB' });
  const ann = await personIn(context, 'Ann');
  const bo = await personIn(await browser.newContext({ locale: 'en-GB' }), 'Bo');
  await ann.page.addInitScript(blockAutoplayUntilClick);
  await ann.open(booking.ann);
  await bo.open(booking.bo);
  for (const person of [ann, bo]) await person.reaches('live');
  await ann.get('unblock').click();
  await until('Ann hears Bo', async () => (await ann.remotePicture()).audible);
  await expect(ann.get('unblock')).toBeHidden();
});

async function energyOver(person: Person, spanMs: number): Promise<number> {
  const before = (await person.inbound()).audioEnergy;
  await person.page.waitForTimeout(spanMs);
  return ((await person.inbound()).audioEnergy - before) / spanMs;
}

/** Init script: unmuted media plays only after a click, as browsers without a gesture have it. */
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
