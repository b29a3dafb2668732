/** Each screen of a session on a desktop and a phone: no sideways scrolling, nothing that axe-like checks would miss. */
import { mkdir } from 'node:fs/promises';
import { expect, test } from '../support/story.ts';
import type { Person } from '../support/person.ts';

/** The chat's corners are round on a phone, and the picture is behind them (px). */
const CORNER_PX = 14;

const PICTURES = new URL('../results/pictures/', import.meta.url).pathname;

for (const [device, viewport] of [
  ['desktop', { width: 1280, height: 800 }],
  ['phone', { width: 360, height: 740 }],
] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`[END-20] every screen fits a ${device} in ${colorScheme}`, async ({ browser, application, personIn }) => {
      await mkdir(PICTURES, { recursive: true });
      const booking = await application.book({ startsInMs: 7_000, lobby_ms: 4_000, countdown_ms: 3_000, duration_ms: 15_000 });
      const context = await browser.newContext({ viewport, colorScheme, locale: 'en-GB' });
      const ann = await personIn(context, 'Ann');
      const bo = await personIn(await browser.newContext({ locale: 'en-GB' }), 'Bo');
      await ann.open(booking.ann);
      for (const phase of ['early', 'lobby', 'countdown', 'live', 'ended']) {
        await ann.reaches(phase);
        if (phase === 'lobby') await bo.open(booking.bo);
        if (phase === 'live') await ann.page.waitForTimeout(800);
        await fits(ann, `${phase}-${device}-${colorScheme}`);
        if (phase === 'live') await chatLeavesThePicture(ann, `chat-${device}-${colorScheme}`);
      }
    });
  }
}

/** The whole of the other one's picture is beside the chat: their face is in the middle of it. */
async function chatLeavesThePicture(person: Person, name: string): Promise<void> {
  await person.get('chat-toggle').click();
  await expect(person.get('chat-input')).toBeFocused();
  await fits(person, name);
  const [picture, chat] = await Promise.all([person.get('remote-video').boundingBox(), person.get('chat').boundingBox()]);
  const under = Math.min(picture!.x + picture!.width - chat!.x, picture!.y + picture!.height - chat!.y);
  expect(under, `${name}: the picture is under the chat`).toBeLessThanOrEqual(CORNER_PX);
}

async function fits(person: Person, name: string): Promise<void> {
  await person.page.screenshot({ path: `${PICTURES}${name}.png` });
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
