/** Layout of each screen on a desktop and a phone: no horizontal overflow, target sizes, accessible names. */
import { mkdir } from 'node:fs/promises';
import { expect, test } from '../support/fixtures.ts';
import type { ParticipantPage } from '../support/participant-page.ts';

/** Overlap of the video with the rounded corners of the chat on a phone (px). */
const CORNER_PX = 14;

/** How long a screen is shown that this story does not wait for (ms). */
const SKIPPED_MS = 60_000;

// Screens are looked at here, and not how long they stay.
test.use({ stackArguments: ['--test-clock'] });

const SCREENSHOTS = new URL('../results/pictures/', import.meta.url).pathname;

for (const [device, viewport] of [
  ['desktop', { width: 1280, height: 800 }],
  ['phone', { width: 360, height: 740 }],
] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`[END-20] every screen fits a ${device} in ${colorScheme}`, async ({ browser, application, openPage }) => {
      await mkdir(SCREENSHOTS, { recursive: true });
      const booking = await application.book({ startsInMs: SKIPPED_MS + 4_000, lobby_ms: 4_000, countdown_ms: 3_000, duration_ms: SKIPPED_MS });
      const context = await browser.newContext({ viewport, colorScheme, locale: 'en-GB' });
      const ann = await openPage(context, 'Ann');
      const bo = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Bo');
      await ann.open(booking.ann);
      for (const phase of ['early', 'lobby', 'countdown', 'live', 'ended']) {
        await ann.reachesPhase(phase);
        if (phase === 'lobby') await bo.open(booking.bo);
        if (phase === 'live') await ann.page.waitForTimeout(800);
        await fits(ann, `${phase}-${device}-${colorScheme}`);
        if (phase === 'live') await chatDoesNotCoverVideo(ann, `chat-${device}-${colorScheme}`);
        if (phase === 'early' || phase === 'live') await application.advance(SKIPPED_MS);
        if (phase === 'early') await ann.measuresTime();
      }
    });
  }
}

/** The chat must not cover the remote video. */
async function chatDoesNotCoverVideo(person: ParticipantPage, name: string): Promise<void> {
  await person.get('chat-toggle').click();
  await expect(person.get('chat-input')).toBeFocused();
  await fits(person, name);
  const [video, chat] = await Promise.all([person.get('remote-video').boundingBox(), person.get('chat').boundingBox()]);
  const overlap = Math.min(video!.x + video!.width - chat!.x, video!.y + video!.height - chat!.y);
  expect(overlap, `${name}: the chat covers the video`).toBeLessThanOrEqual(CORNER_PX);
}

async function fits(person: ParticipantPage, name: string): Promise<void> {
  await person.page.screenshot({ path: `${SCREENSHOTS}${name}.png` });
  const overflow = await person.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
  const small = await person.page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button')]
      .filter((one) => one.checkVisibility())
      .map((one) => ({ name: one.innerText || one.ariaLabel, box: one.getBoundingClientRect() }))
      .filter(({ box }) => box.width < 40 || box.height < 40)
      .map(({ name, box }) => `${name} ${box.width}x${box.height}`),
  );
  expect(small, `${name}: controls below 44 px`).toEqual([]);
  const nameless = await person.page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button, a, input, textarea')]
      .filter((one) => one.checkVisibility())
      .filter((one) => !(one.innerText || one.ariaLabel || one.getAttribute('placeholder') || one.title))
      .map((one) => one.outerHTML.slice(0, 80)),
  );
  expect(nameless, `${name}: controls without a name`).toEqual([]);
}
