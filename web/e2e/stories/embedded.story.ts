/** A session in a frame of an application's page. */
import type { Page } from '@playwright/test';
import type { EmbeddedSession } from '../../sdk/src/embed/index.ts';
import { Application } from '../support/application.ts';
import { expect, test } from '../support/fixtures.ts';
import { FramingPage } from '../support/framing-page.ts';

interface Told {
  readonly source: string;
  readonly type: string;
  readonly code?: string;
}

/** The page that uses the helper. */
interface Shop {
  open(options: { joinUrl: string; application: string }): void;
  readonly embedded: EmbeddedSession;
}

const told = (page: Page): Promise<Told[]> => page.evaluate(() => (window as unknown as { told: Told[] }).told);
const types = async (page: Page): Promise<string[]> => (await told(page)).map(({ type }) => type);

function command(page: Page, data: object): Promise<void> {
  return page.evaluate((data) => {
    const frame = document.querySelector('iframe') as HTMLIFrameElement;
    frame.contentWindow?.postMessage({ target: 'rendezvous', ...data }, new URL(frame.src).origin);
  }, data);
}

test('[END-70] two meet, one of them in a frame of the application’s page, which hears of it and gives commands', async ({ stack, browser, openPage, stopAfter }) => {
  const application = await Application.of(stack, 'shop');
  const id = await application.id();
  const page = stopAfter(await FramingPage.start());
  await application.allowEmbedders([page.origin]);
  const booking = await application.book({ startsInMs: 4_000, duration_ms: 60_000 });
  const ann = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Ann');
  await ann.open(page.around(`${stack.webUrl}/embed/${id}#${new URL(booking.ann).hash.slice(1)}`));
  const framed = ann.page.frameLocator('iframe');
  const bo = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Bo');
  await bo.open(booking.bo);
  await bo.reachesPhase('live');
  await expect(framed.locator('[data-phase]').first()).toHaveAttribute('data-phase', 'live');
  await expect(framed.getByTestId('push-opt-in')).toHaveCount(0);
  await expect.poll(() => types(ann.page)).toContain('live');
  expect((await told(ann.page)).every(({ source }) => source === 'rendezvous')).toBe(true);
  expect(await types(ann.page)).toEqual(expect.arrayContaining(['waiting', 'countdown', 'peer']));

  await command(ann.page, { type: 'mute', muted: true });
  await expect(framed.getByTestId('mute')).toHaveAttribute('aria-pressed', 'true');
  await command(ann.page, { type: 'sing' });
  await expect.poll(async () => (await told(ann.page)).find(({ type }) => type === 'error')?.code).toBe('malformed');
  await command(ann.page, { type: 'leave' });
  await bo.reachesPhase('ended');
  await expect.poll(() => types(ann.page)).toContain('ended');
});

test('[END-71] the helper of the client opens a frame, passes on what was asked before it was there, and takes it off', async ({ stack, browser, openPage, stopAfter }) => {
  const application = await Application.of(stack, 'shop');
  const id = await application.id();
  const page = stopAfter(await FramingPage.start());
  await application.allowEmbedders([page.origin]);
  const booking = await application.book({ startsInMs: 2_000, countdown_ms: 1_000, duration_ms: 60_000 });
  const ann = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Ann');
  await ann.open(page.withHelper);
  await ann.page.evaluate(
    (options) => {
      const shop = window as unknown as Shop;
      shop.open(options);
      shop.embedded.setMuted(true);
    },
    { joinUrl: booking.ann, application: id },
  );
  const framed = ann.page.frameLocator('iframe');
  const bo = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Bo');
  await bo.open(booking.bo);
  await bo.reachesPhase('live');
  await expect(framed.getByTestId('mute')).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(() => types(ann.page)).toEqual(expect.arrayContaining(['ready', 'waiting', 'peer', 'countdown', 'live']));
  expect((await types(ann.page))[0]).toBe('ready');
  await ann.page.evaluate(() => (window as unknown as Shop).embedded.setMuted(false));
  await expect(framed.getByTestId('mute')).toHaveAttribute('aria-pressed', 'false');

  await ann.page.evaluate(() => (window as unknown as Shop).embedded.destroy());
  await expect(ann.page.locator('iframe')).toHaveCount(0);
  await bo.gets('peer_lost');
  await ann.page.evaluate((options) => (window as unknown as Shop).open(options), { joinUrl: booking.ann, application: id });
  await bo.gets('peer_joined');
  await expect(framed.locator('[data-phase]').first()).toHaveAttribute('data-phase', 'live');
  await ann.page.evaluate(() => (window as unknown as Shop).embedded.leave());
  await bo.reachesPhase('ended');
  await expect.poll(async () => (await told(ann.page)).at(-1)).toMatchObject({ type: 'ended', reason: 'left' });

  await ann.page.evaluate(() => void ((window as unknown as { told: unknown[] }).told = []));
  await ann.page.evaluate((options) => {
    const shop = window as unknown as Shop;
    shop.embedded.destroy();
    shop.open(options);
  }, { joinUrl: booking.ann, application: id });
  await expect.poll(() => told(ann.page), { message: 'of a session that was over before it was opened, too' }).toMatchObject([{ type: 'ended', reason: 'left' }]);
});

test('[END-70] the frame takes no other application’s token, and pages that were not named get no frame', async ({ stack, browser, openPage, stopAfter }) => {
  const [shop, other] = [await Application.of(stack, 'shop'), await Application.of(stack, 'other')];
  const shopId = await shop.id();
  const page = stopAfter(await FramingPage.start());
  await shop.allowEmbedders([page.origin]);
  const theirs = await other.book({ startsInMs: 60_000 });
  const ann = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Ann');
  const address = (booking: { ann: string }): string => page.around(`${stack.webUrl}/embed/${shopId}#${new URL(booking.ann).hash.slice(1)}`);
  await ann.open(address(theirs));
  await expect.poll(async () => (await told(ann.page)).at(-1)).toMatchObject({ type: 'error', code: 'unknown' });

  await shop.allowEmbedders(['https://elsewhere.example']);
  const own = await shop.book({ startsInMs: 60_000 });
  const bo = await browser.newContext({ locale: 'en-GB' }).then((context) => context.newPage());
  await bo.goto(address(own));
  await expect.poll(() => bo.frames().at(-1)?.url()).toMatch(/^chrome-error:/);
  expect(await told(bo)).toEqual([]);
});
