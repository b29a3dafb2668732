/** What people with an account are told, how they choose it, and how they are done with it. */
import type { APIRequestContext, Browser, BrowserContext } from '@playwright/test';
import { expect, test } from '../support/fixtures.ts';
import { fill, signUpFindable } from '../support/people.ts';
import type { ParticipantPage } from '../support/participant-page.ts';
import type { Stack } from '../support/stack.ts';

test.use({ stackArguments: ['--test-clock'] });

const ZONE = { locale: 'en-GB', timezoneId: 'UTC' };
/** From the start of a session of two who are matched to when it closes, unless somebody came (ms). */
const CLOSES_AFTER_MS = 120_000;

/** Somebody new in a browser of their own, logged in. */
async function somebody(browser: Browser, openPage: (context: BrowserContext, name: string) => Promise<ParticipantPage>, stack: Stack, name: string): Promise<ParticipantPage> {
  const one = await openPage(await browser.newContext(ZONE), `${name}${crypto.randomUUID().slice(0, 8)}`);
  await signUpFindable(one.page, stack, one.name);
  // The home page is a person's once the browser has seen them logged in.
  await one.page.goto(`${stack.webUrl}/account`);
  await expect(one.get('field-notify-push')).toBeVisible();
  return one;
}

const requests = (one: ParticipantPage): APIRequestContext => one.page.context().request;

async function idOf(one: ParticipantPage, stack: Stack): Promise<string> {
  const { id } = (await (await requests(one).get(`${stack.webUrl}/v1/me`)).json()) as { id: string };
  return id;
}

async function give(from: ParticipantPage, to: ParticipantPage, stack: Stack, gift: object): Promise<void> {
  const data = { to: { user_id: await idOf(to, stack) }, letter: 'Hello', ...gift };
  const sent = await requests(from).post(`${stack.webUrl}/v1/gifts`, { headers: { origin: stack.webUrl }, data });
  expect(sent.status(), await sent.text()).toBe(201);
}

test('[END-61] a person chooses how and of what they are told, and finds it so again', async ({ stack, openPage, browser }) => {
  const ann = await somebody(browser, openPage, stack, 'Ann');
  const { page } = ann;
  await page.goto(`${stack.webUrl}/account`);
  await page.getByTestId('field-notify-push').uncheck();
  await page.getByTestId('field-notify-kind-gift').uncheck();
  await page.getByTestId('field-notify-quiet').check();
  await fill(page, { 'notify.quiet.from': '23:30', 'notify.quiet.to': '23:30' });
  await page.getByTestId('notify-submit').click();
  await expect(page.getByTestId('field-notify.quiet.to'), 'they are none').toBeFocused();
  await fill(page, { 'notify.quiet.to': '06:45' });
  await page.getByTestId('notify-submit').click();
  await expect(page.getByTestId('notify-notice')).toHaveText('Saved.');

  await page.reload();
  await expect(page.getByTestId('field-notify-push')).not.toBeChecked();
  await expect(page.getByTestId('field-notify-email')).toBeChecked();
  await expect(page.getByTestId('field-notify-kind-gift')).not.toBeChecked();
  await expect(page.getByTestId('field-notify-kind-start')).toBeChecked();
  await expect(page.getByTestId('field-notify.quiet.to')).toHaveValue('06:45');
  const { notify } = (await (await requests(ann).get(`${stack.webUrl}/v1/me`)).json()) as { notify: { kinds?: string[]; quiet?: object } };
  expect(notify.quiet).toEqual({ from: '23:30', to: '06:45' });
  expect(notify.kinds).toContain('session_reminder');
  expect(notify.kinds).not.toContain('gift_received');

  await page.getByTestId('field-notify-kind-gift').check();
  await page.getByTestId('field-notify-quiet').uncheck();
  await page.getByTestId('notify-submit').click();
  await expect(page.getByTestId('notify-notice')).toHaveText('Saved.');
  const after = (await (await requests(ann).get(`${stack.webUrl}/v1/me`)).json()) as { notify: object };
  expect(after.notify, 'all kinds, also those to come').toEqual({ email: true, push: false, preview: true });
});

test('[END-62] all news is read at once, and stays read elsewhere', async ({ stack, openPage, browser }) => {
  const [ann, bo] = [await somebody(browser, openPage, stack, 'Ann'), await somebody(browser, openPage, stack, 'Bo')];
  for (const letter of ['One', 'Two']) await give(ann, bo, stack, { kind: 'plain', letter });
  await bo.page.goto(stack.webUrl);
  await expect(bo.get('news-item')).toHaveCount(2);
  await bo.get('news-read-all').click();
  await expect(bo.get('news-item')).toHaveCount(0);
  await expect(bo.get('news-all-read')).toBeVisible();
  await give(ann, bo, stack, { kind: 'plain', letter: 'Three' });
  await expect(bo.get('news-item'), 'what comes later is news').toHaveCount(1);
  await bo.page.reload();
  await expect(bo.get('news-item'), 'also after a reload').toHaveCount(1);
});

test('[END-63] both find in their news that their session was missed', async ({ stack, application, openPage, browser }) => {
  const [ann, bo] = [await somebody(browser, openPage, stack, 'Ann'), await somebody(browser, openPage, stack, 'Bo')];
  const startsAt = Math.ceil((Date.now() + application.aheadMs) / 60_000) * 60_000 + 120_000;
  const gift = { kind: 'special', times: [startsAt] };
  await give(ann, bo, stack, gift);
  await give(bo, ann, stack, gift);
  await ann.page.goto(stack.webUrl);
  await expect(ann.get('meet')).toContainText(bo.name);
  await application.advanceTo(startsAt + CLOSES_AFTER_MS + 1_000, ann);
  const missed = (one: ParticipantPage) => one.get('news-item').filter({ hasText: 'was missed' });
  await expect(missed(ann), 'without a reload').toContainText(bo.name, { timeout: 30_000 });
  await bo.page.goto(stack.webUrl);
  await expect(missed(bo)).toContainText(ann.name);
});
