/** The page of a call, as people with a laptop, a phone and bad luck have it. */
import type { BrowserContext, BrowserContextOptions } from '@playwright/test';
import { expect, test } from '../support/fixtures.ts';
import type { Application, BookingOverrides } from '../support/application.ts';
import type { ParticipantPage } from '../support/participant-page.ts';

// What takes minutes is over at once.
test.use({ stackArguments: ['--test-clock'] });

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, locale: 'en-GB' };
const LAPTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 }, locale: 'en-GB' };
const LIVE_SOON: BookingOverrides = { startsInMs: 500, countdown_ms: 1_000, duration_ms: 240_000 };

test('[END-82] a laptop’s picture is whole on a phone, over a blurred fill of itself, until it is tapped; that is remembered', async ({ browser, application, openPage }) => {
  const { ann, bo } = await live(application, openPage, await browser.newContext(LAPTOP), await browser.newContext(PHONE));
  await expect(ann.get('remote-video'), 'a laptop’s picture fits a laptop').toHaveAttribute('data-fit', 'fill');
  await expect(ann.get('picture-fit')).toHaveCount(0);
  await expect(bo.get('remote-video')).toHaveAttribute('data-fit', 'whole');
  await expect(bo.get('blurred-fill')).toBeVisible();
  await expect.poll(() => bo.page.evaluate(brightnessOfFill), 'the fill is the picture').toBeGreaterThan(5);
  await expect(bo.get('remote-video')).toHaveCSS('object-fit', 'contain');

  await bo.page.touchscreen.tap(195, 300);
  await expect(bo.get('remote-video')).toHaveCSS('object-fit', 'cover');
  await expect(bo.get('blurred-fill')).toHaveCount(0);
  await bo.page.reload();
  await bo.reachesPhase('live');
  await expect(bo.get('picture-fit')).toHaveAccessibleName('Show the whole picture');
  await expect(bo.get('remote-video')).toHaveAttribute('data-fit', 'fill');
  await bo.get('picture-fit').focus();
  await bo.page.keyboard.press('Enter');
  await expect(bo.get('remote-video')).toHaveAttribute('data-fit', 'whole');
});

test('[END-83] more time can be declined, and the asker hears so; a request is withdrawn when one of the two is lost', async ({ browser, application, openPage }) => {
  const { ann, bo } = await live(application, openPage, await browser.newContext(LAPTOP), await browser.newContext(PHONE));
  await ann.get('extend').click();
  await expect(ann.get('extend-asked')).toBeVisible();
  await expect(bo.get('extend-agree')).toHaveText('A minute more');
  await bo.get('extend-decline').click();
  await expect(bo.get('extend-request')).toHaveCount(0);
  await expect(ann.get('extend-declined')).toContainText('Bo');
  await expect(ann.get('extend'), 'it can be asked again').toBeEnabled();

  await ann.get('extend').click();
  await expect(bo.get('extend-request')).toBeVisible();
  await bo.page.reload();
  await ann.gets('peer_lost');
  await bo.reachesPhase('live');
  for (const person of [ann, bo]) await expect(person.get(/extend-(asked|request)/)).toHaveCount(0);
  expect(bo.received.some(({ frame }) => frame.type === 'extended')).toBe(false);

  await ann.get('extend').click();
  await bo.get('extend-agree').click();
  for (const person of [ann, bo]) await person.gets('extended');
});

test('[END-84] how much time is left is told 5 minutes, 1 minute and 10 seconds before the end', async ({ browser, application, openPage }) => {
  const { ann, bo } = await live(application, openPage, await browser.newContext(LAPTOP), await browser.newContext({ ...PHONE, locale: 'ko-KR' }), { ...LIVE_SOON, duration_ms: 1_200_000 });
  const { frame } = await ann.gets('live');
  const deadline = frame['deadline_at'] as number;
  await application.advanceTo(deadline - 300_500, ann, bo);
  await expect(ann.get('notice')).toHaveText('5 minutes left');
  await expect(bo.get('notice')).toHaveText('5분 남았어요');
  await application.advanceTo(deadline - 60_500, ann, bo);
  await expect(ann.get('notice')).toHaveText('1 minute left');
  await expect(ann.get('notice'), 'not for long').toHaveText('');
  await application.advanceTo(deadline - 11_000, ann, bo);
  await expect(ann.get('ending-notice')).toHaveText(/^\d+ seconds left$/);
  await expect(ann.get('ending')).toHaveAttribute('data-ending', 'true');
});

test('[END-85] a microphone and a camera that die in the call are told of in words, to both, and come back by one click or another device', async ({ browser, application, openPage }) => {
  const { ann, bo } = await live(application, openPage, await browser.newContext(LAPTOP), await browser.newContext(PHONE));
  await dies(ann, 'audio');
  await expect(ann.get('trouble-audio')).toContainText('Bo');
  await expect(ann.get('mute')).toHaveAccessibleName('No microphone');
  await expect(bo.get('notice')).toContainText('no microphone');
  await ann.get('trouble-retry').click();
  await expect(ann.get('trouble-audio')).toHaveCount(0);
  await expect(bo.get('notice')).toHaveText('');
  await ann.get('mute').click();
  await expect(bo.get('notice')).toContainText('is muted');

  await dies(ann, 'video');
  await expect(bo.get('peer-camera-off')).toContainText('no camera');
  const another = await ann.get('pick-video').locator('option').nth(1).getAttribute('value');
  await ann.get('pick-video').selectOption(another);
  await expect(ann.get('trouble-video')).toHaveCount(0);
  await expect(bo.get('peer-camera-off')).toHaveCount(0);
  await bo.videoAdvances();
});

/** As when it is unplugged: a headless browser's devices can't be. */
function dies(person: ParticipantPage, kind: 'audio' | 'video'): Promise<void> {
  return person.page.evaluate((dead) => {
    const track = window.instrumentation.localTracks.filter((one) => one.kind === dead).at(-1)!;
    track.stop();
    track.dispatchEvent(new Event('ended'));
  }, kind);
}

test('[END-86] the tab calls back who waits: by its title, a sound, a notification and a badge, and the screen stays on', async ({ pair }) => {
  const { ann, bo, annPage, boPage } = await pair({ startsInMs: 50_000 });
  await annPage.page.addInitScript(recordCalls);
  await annPage.open(ann);
  await expect.poll(() => title(annPage)).toMatch(/^Waiting for Bo · 0:\d\d$/);
  await expect.poll(() => calls(annPage)).toContain('wake lock screen');
  await annPage.get('notify').click();
  await annPage.page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await boPage.open(bo);
  await expect.poll(() => title(annPage)).toMatch(/^Bo is here · 0:\d\d$/);
  await expect.poll(() => calls(annPage)).toEqual(expect.arrayContaining(['sound', 'notification Bo is here']));
  await boPage.write('Hello');
  await expect.poll(() => title(annPage)).toMatch(/^\(1\) Bo is here · 0:\d\d$/);
  await expect.poll(() => calls(annPage)).toEqual(expect.arrayContaining(['badge 1', 'notification Bo wrote to you']));

  await annPage.get('sound').click();
  const sounds = async () => (await calls(annPage)).filter((call) => call === 'sound').length;
  const before = await sounds();
  await boPage.write('Still there?');
  await expect.poll(() => title(annPage)).toMatch(/^\(2\)/);
  expect(await sounds(), 'it is turned off').toBe(before);
});

test('[END-87] a session that was extended is called by its whole length, a far-away one by its date and days, and times are by the reader’s clock', async ({ browser, application, openPage }) => {
  const { ann, bo } = await live(application, openPage, await browser.newContext({ locale: 'en-US', timezoneId: 'America/New_York' }), await browser.newContext(PHONE), { ...LIVE_SOON, duration_ms: 50_000, extension_ms: 30_000 });
  await ann.get('extend').click();
  await bo.get('extend-agree').click();
  const extended = await ann.gets('extended');
  await application.advanceTo((extended.frame['deadline_at'] as number) - 1_000, ann, bo);
  for (const person of [ann, bo]) await person.reachesPhase('ended');
  await expect(ann.get('title')).toHaveText('Those were your 1 minute 20 seconds');
  await expect(ann.get('timeline').locator('time').first()).toHaveText(/^\d{1,2}:\d\d:\d\d\s[AP]M$/);
  await expect(bo.get('timeline').locator('time').first()).toHaveText(/^\d\d:\d\d:\d\d$/);
  await expect(ann.page.getByText(/Eastern (Standard|Daylight) Time/)).toBeVisible();

  const far = await application.book({ startsInMs: 60 * 86_400_000 });
  await bo.page.goto('about:blank');
  await bo.open(far.bo);
  await expect(bo.get('opens-date')).toHaveText(/^In (59|60|61) days$/);
  await expect(bo.get('opens-in')).toHaveCount(0);
});

test('[END-88] beside the open chat a phone keeps the clock, the controls and one’s own picture; a new message has a line, and its links lead away', async ({ browser, application, openPage }) => {
  const { ann, bo } = await live(application, openPage, await browser.newContext(LAPTOP), await browser.newContext(PHONE));
  await ann.write('See https://example.org/song.');
  await bo.get('message-preview').filter({ hasText: 'See https://example.org/song.' }).dispatchEvent('click');
  await expect(bo.get('chat-input')).toBeFocused();
  await expect(bo.get('message-preview')).toHaveCount(0);
  const chat = (await bo.get('chat').boundingBox())!;
  for (const kept of ['time-left', 'mute', 'camera', 'leave', 'local-video']) {
    const box = (await bo.get(kept).boundingBox())!;
    expect(box.y + box.height, `${kept} is above the chat`).toBeLessThanOrEqual(chat.y + 1);
    await expect(bo.get(kept)).toBeInViewport({ ratio: 1 });
  }
  await bo.get('mute').click();
  await expect(bo.get('mute')).toHaveAttribute('aria-pressed', 'true');
  const link = bo.message('song').getByRole('link');
  await expect(link).toHaveText('https://example.org/song');
  await expect(link).toHaveAttribute('rel', /noopener.*nofollow/);
  await ann.write('a'.repeat(300));
  await expect(bo.message('aaa')).toBeVisible();
  expect(await bo.get('chat-messages').evaluate((list) => list.scrollWidth - list.clientWidth), 'long words break').toBeLessThanOrEqual(0);
});

test('[END-89] keys mute, turn the camera off, open the chat and list themselves, and none does while somebody types; reactions reach the other one', async ({ browser, application, openPage }) => {
  const { ann, bo } = await live(application, openPage, await browser.newContext(LAPTOP), await browser.newContext(PHONE));
  const { keyboard } = ann.page;
  await expect(ann.get('announced'), 'announced once').toContainText('You are live');
  await expect(ann.page.getByRole('heading', { level: 1 })).toHaveText(/Call with/);
  await keyboard.press('m');
  await expect(ann.get('mute')).toHaveAttribute('aria-pressed', 'true');
  await keyboard.press('v');
  await expect(bo.get('peer-camera-off')).toBeVisible();
  await keyboard.press('?');
  await expect(ann.get('hotkeys')).toBeVisible();
  await keyboard.press('m');
  await keyboard.press('Escape');
  await keyboard.press('c');
  await expect(ann.get('chat-input')).toBeFocused();
  await keyboard.type('mvcf?');
  await expect(ann.get('chat-input')).toHaveValue('mvcf?');
  for (const control of ['mute', 'camera']) await expect(ann.get(control), 'typed, not pressed').toHaveAttribute('aria-pressed', 'true');
  await keyboard.press('Escape');
  await expect(ann.get('chat-toggle')).toBeFocused();

  await bo.get('react').click();
  await bo.get('reaction-👋').click();
  await expect(ann.get('reaction')).toContainText('👋');
  await expect(ann.get('reaction')).toHaveAttribute('data-mine', 'false');
});

test('[END-90] the focus goes on with the screens: to the call, to the chat’s button, and to what is read at the end', async ({ browser, application, openPage }) => {
  const { ann, bo } = await live(application, openPage, await browser.newContext(LAPTOP), await browser.newContext(PHONE));
  await expect(ann.page.getByRole('heading', { level: 1 })).toBeFocused();
  await bo.get('leave').click();
  await bo.get('leave-confirm').click();
  await ann.reachesPhase('ended');
  await expect(ann.get('title')).toBeFocused();
});

for (const [what, viewport] of [['on its side', { width: 640, height: 360 }], ['at 400 %', { width: 320, height: 256 }]] as const) {
  test(`[END-91] a page that is ${what} scrolls one way at most, and a call on it keeps the clock and its controls`, async ({ browser, application, openPage }) => {
    const { ann } = await live(application, openPage, await browser.newContext({ ...PHONE, viewport }), await browser.newContext(LAPTOP));
    for (const chat of [false, true]) {
      if (chat) await ann.get('chat-toggle').click();
      for (const kept of ['time-left', 'mute', 'leave']) await expect(ann.get(kept)).toBeInViewport({ ratio: 1 });
      expect(await ann.page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 'scrolls sideways').toBeLessThanOrEqual(0);
    }
    await expect(ann.get('chat-input')).toBeInViewport({ ratio: 1 });
  });
}

/** The title without what isolates the name in it. */
async function title(person: ParticipantPage): Promise<string> {
  return (await person.page.title()).replace(/[\u2068\u2069]/g, '');
}

function calls(person: ParticipantPage): Promise<string[]> {
  return person.page.evaluate(() => (window as Window & { calls?: string[] }).calls?.map((call) => call.replace(/[\u2068\u2069]/g, '')) ?? []);
}

/** Init script: records what a headless browser does not show. */
function recordCalls(): void {
  const made: string[] = ((window as Window & { calls?: string[] }).calls = []);
  const replace = (target: object, key: string, value: unknown): void => void Object.defineProperty(target, key, { value, configurable: true });
  replace(navigator, 'setAppBadge', async (count: number) => void made.push(`badge ${count}`));
  replace(navigator, 'wakeLock', { request: async (kind: string) => (made.push(`wake lock ${kind}`), { released: false, release: async () => undefined }) });
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) {
    made.push('sound');
    start.apply(this, when);
  };
  class Shown {
    static permission = 'default';
    static requestPermission = async (): Promise<string> => (Shown.permission = 'granted');
    close = (): void => undefined;
    constructor(_: string, { body }: NotificationOptions) {
      made.push(`notification ${body}`);
    }
  }
  replace(window, 'Notification', Shown);
}

/** Ann and Bo in a call. */
async function live(
  application: Application,
  openPage: (context: BrowserContext, name: string) => Promise<ParticipantPage>,
  annContext: BrowserContext,
  boContext: BrowserContext,
  booking: BookingOverrides = LIVE_SOON,
): Promise<{ ann: ParticipantPage; bo: ParticipantPage }> {
  const links = await application.book(booking);
  const [ann, bo] = await Promise.all([openPage(annContext, 'Ann'), openPage(boContext, 'Bo')]);
  await Promise.all([ann.open(links.ann), bo.open(links.bo)]);
  for (const person of [ann, bo]) await person.reachesPhase('live');
  return { ann, bo };
}

function brightnessOfFill(): number {
  const canvas = document.querySelector<HTMLCanvasElement>('[data-testid="blurred-fill"]');
  const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
  const colours = Array.from(pixels).filter((_, index) => index % 4 !== 3);
  return colours.reduce((sum, value) => sum + value, 0) / Math.max(1, colours.length);
}
