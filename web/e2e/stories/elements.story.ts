/** The elements in a page of somebody else: another origin, a strict policy, one script tag. */
import type { Browser, Locator, Page } from '@playwright/test';
import { Example } from '../support/example.ts';
import { expect, test } from '../support/fixtures.ts';
import type { ParticipantPage } from '../support/participant-page.ts';

/** What of the element this story asks beside its parts. */
type RendezvousSession = HTMLElement & { readonly session: { getSnapshot(): { readonly peerMedia: { readonly video: boolean } | null } } };

/** More than two pages of history (messages). */
const LONG_CHAT = 130;

/** Playwright looks into open shadow roots. */
const phase = (page: Page) => page.locator('rendezvous-session [data-phase]').first();
const part = (page: Page, name: string) => page.locator(`[part~="${name}"]`).first();

async function pictureMoves({ page, name }: ParticipantPage): Promise<void> {
  await expect
    .poll(() => page.evaluate(() => document.querySelector('rendezvous-session')!.shadowRoot!.querySelector<HTMLVideoElement>('[part=remote]')!.currentTime), { message: `${name} sees` })
    .toBeGreaterThan(1);
}

async function visit(browser: Browser, openPage: (context: Awaited<ReturnType<Browser['newContext']>>, name: string) => Promise<ParticipantPage>, example: Example, name: string, locale = 'en-GB'): Promise<ParticipantPage> {
  const visitor = await openPage(await browser.newContext({ locale }), name);
  await visitor.open(`${example.origin}/${name.toLowerCase()}`);
  return visitor;
}

test('[END-66] two people meet and write by elements alone, on an origin of its own under a strict policy', async ({ stack, browser, openPage, stopAfter }) => {
  const example = stopAfter(await Example.start(stack, 'script-tag', { STARTS_IN_MS: '6000', DURATION_MS: '60000' }));
  const ann = await visit(browser, openPage, example, 'Ann');
  await expect(part(ann.page, 'status')).toHaveText(/Waiting for Bo|Connecting/);
  const bo = await visit(browser, openPage, example, 'Bo');
  await bo.page.evaluate(() => document.querySelector('rendezvous-session')!.setAttribute('lang', 'ko'));
  for (const { page } of [ann, bo]) await expect(phase(page)).toHaveAttribute('data-phase', 'live');
  for (const person of [ann, bo]) await pictureMoves(person);
  await expect(part(bo.page, 'status')).toHaveText('Ann 님과 함께 있어요.');
  await expect(part(ann.page, 'clock')).toHaveText(/^(1:00|0:\d\d)$/);

  await part(ann.page, 'input').fill('Hello <b>Bo</b>');
  await part(ann.page, 'input').press('Enter');
  await expect(bo.page.locator('rendezvous-chat li.theirs .body')).toHaveText('Hello <b>Bo</b>');
  await part(ann.page, 'camera').click();
  await expect.poll(() => bo.page.evaluate(() => (document.querySelector('rendezvous-session') as RendezvousSession).session!.getSnapshot().peerMedia?.video)).toBe(false);

  await part(ann.page, 'leave').click();
  for (const { page } of [ann, bo]) await expect(phase(page)).toHaveAttribute('data-phase', 'ended');
  for (const { page } of [ann, bo]) {
    await expect(page.locator('#told')).toContainText('live');
    await expect(page.locator('#told')).toContainText('ended');
  }
  for (const person of [ann, bo]) await person.closesMedia();
});

test('[END-67] an element that is moved, taken out while it joins, or put in twice has one seat, and leaves nothing open', async ({ stack, browser, openPage, stopAfter }) => {
  const example = stopAfter(await Example.start(stack, 'script-tag', { STARTS_IN_MS: '60000' }));
  const ann = await visit(browser, openPage, example, 'Ann');
  await expect(phase(ann.page)).toHaveAttribute('data-phase', 'lobby');
  expect(ann.welcomes).toHaveLength(1);
  await ann.page.evaluate(() => document.body.append(document.querySelector('rendezvous-session')!));
  await ann.nextPong();
  await expect(phase(ann.page)).toHaveAttribute('data-phase', 'lobby');
  expect([ann.welcomes.length, await ann.openTracks()], 'moved').toEqual([1, 2]);

  await ann.page.evaluate(() => {
    const second = document.createElement('rendezvous-session');
    second.setAttribute('ticket-url', '/ticket');
    document.body.append(second);
  });
  await expect(phase(ann.page), 'the first one is told').toHaveAttribute('data-phase', 'refused');
  await expect(ann.page.locator('rendezvous-session').nth(1).locator('[data-phase]')).toHaveAttribute('data-phase', 'lobby');
  await expect.poll(() => ann.openTracks(), { message: 'the devices of one' }).toBe(2);

  await ann.page.evaluate(() => {
    for (const one of document.querySelectorAll('rendezvous-session')) one.remove();
    for (let round = 0; round < 5; round += 1) {
      const passing = document.createElement('rendezvous-session');
      passing.setAttribute('ticket-url', '/ticket');
      document.body.append(passing);
      // Some before they have asked for anything, some while they wait for the answer.
      if (round % 2 === 0) passing.remove();
      else setTimeout(() => passing.remove(), round);
    }
  });
  await expect(ann.page.locator('rendezvous-session')).toHaveCount(0);
  await ann.closesMedia(20_000);
});

test('[END-69] a page whose origin is not its application’s is told so once, and is not let in', async ({ stack, browser, openPage, application, stopAfter }) => {
  const example = stopAfter(await Example.start(stack, 'script-tag', { STARTS_IN_MS: '60000' }));
  // Of another application: its tickets are for pages elsewhere.
  await application.allowOrigins(['https://elsewhere.example']);
  const { session } = await application.book({ startsInMs: 60_000 });
  const ticket = await application.ticket(session.id, session.participants[0]!.user_id);
  const ann = await visit(browser, openPage, example, 'Ann');
  await expect(phase(ann.page), 'with its own ticket').toHaveAttribute('data-phase', 'lobby');
  const told = await ann.page.evaluateHandle((ticket) => {
    document.querySelector('rendezvous-session')!.remove();
    const codes: string[] = [];
    const element = Object.assign(document.createElement('rendezvous-session'), { getTicket: async () => ticket });
    element.addEventListener('error', (event: Event) => codes.push((event as CustomEvent<{ code: string }>).detail.code));
    document.body.append(element);
    return codes;
  }, ticket);
  await expect(phase(ann.page)).toHaveAttribute('data-phase', 'refused');
  await expect(ann.page.locator('rendezvous-session [part~="status"]')).toContainText('origin_not_allowed');
  await expect.poll(() => told.jsonValue()).toEqual(['origin_not_allowed']);
  await ann.closesMedia();
});

test('[END-74] a long chat is paged back by scrolling, and nobody loses their place in it', async ({ stack, browser, openPage, stopAfter }) => {
  const example = stopAfter(await Example.start(stack, 'script-tag', { STARTS_IN_MS: '600000' }));
  const bo = await visit(browser, openPage, example, 'Bo');
  // The ticket of the page's own server is also good for the requests of HTTP.
  const { ticket, url } = await bo.page.evaluate(() => fetch('/chat-ticket', { method: 'POST' }).then((answer) => answer.json() as Promise<{ ticket: string; url: string }>));
  const chat = new URL(url.replace(/^ws/, 'http')).origin;
  const headers = { authorization: `Bearer ${ticket}`, 'content-type': 'application/json' };
  const { items } = (await (await fetch(`${chat}/v1/rooms`, { headers })).json()) as { items: { room: string }[] };
  for (let number = 1; number <= LONG_CHAT; number += 1) {
    const answer = await fetch(`${chat}/v1/rooms/${items[0]!.room}/messages`, { method: 'POST', headers, body: JSON.stringify({ client_id: `m${number}`, body: `Message ${number}` }) });
    expect(answer.status).toBe(201);
  }

  const ann = await visit(browser, openPage, example, 'Ann');
  const list = ann.page.locator('rendezvous-chat [part~="messages"]');
  const lines = list.locator('li[data-seq]');
  await expect(lines.last()).toContainText(`Message ${LONG_CHAT}`);
  expect(await lines.count()).toBeLessThan(LONG_CHAT / 2);
  for (let first = await firstSeq(lines); first > 1; ) {
    const before = lines.first();
    await list.evaluate((element, seq) => {
      const line = element.querySelector(`[data-seq="${seq}"]`) as HTMLElement & { kept?: boolean };
      line.kept = true;
      element.scrollTop = 0;
    }, first);
    await expect.poll(() => firstSeq(lines)).toBeLessThan(first);
    const [place, kept] = await list.evaluate((element, seq) => {
      const line = element.querySelector(`[data-seq="${seq}"]`) as HTMLElement & { kept?: boolean };
      return [line.getBoundingClientRect().top - element.getBoundingClientRect().top, line.kept];
    }, first);
    expect(Math.abs(place as number), `message ${first} stays where it was`).toBeLessThan(2);
    expect(kept, 'and is the same line').toBe(true);
    await expect(before).toBeVisible();
    first = await firstSeq(lines);
  }
  const texts = await lines.locator('.body').allTextContents();
  expect(texts).toEqual(Array.from({ length: LONG_CHAT }, (_, index) => `Message ${index + 1}`));

  const placeOf = (seq: number) => list.evaluate((element, seq) => element.querySelector(`[data-seq="${seq}"]`)!.getBoundingClientRect().top, seq);
  await list.evaluate((element) => (element.scrollTop = 1_000));
  const place = await placeOf(20);
  await bo.page.locator('rendezvous-chat [part~="input"]').fill('One more');
  await bo.page.locator('rendezvous-chat [part~="input"]').press('Enter');
  await expect(lines.last()).toContainText('One more');
  expect(Math.abs((await placeOf(20)) - place), 'who reads old messages stays there').toBeLessThan(2);
});

async function firstSeq(lines: Locator): Promise<number> {
  return Number(await lines.first().getAttribute('data-seq'));
}
