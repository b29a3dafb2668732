/** Two people with accounts: gifts that cross, a time, and the room, without any application. */
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { expect, test } from '../support/fixtures.ts';
import { fill, signUpFindable } from '../support/people.ts';
import type { ParticipantPage } from '../support/participant-page.ts';
import type { Stack } from '../support/stack.ts';

/** As `datetime-local` has it: the whole minute that is this far away, in the time zone of the browsers. */
function inMinutes(minutes: number): string {
  const at = new Date(Math.ceil(Date.now() / 60_000) * 60_000 + minutes * 60_000);
  return at.toISOString().slice(0, 16);
}

const ZONE = { locale: 'en-GB', timezoneId: 'UTC' };

async function give(page: Page, root: string, to: string, times: readonly string[]): Promise<void> {
  await page.goto(`${root}/gifts`);
  await fill(page, { query: to });
  await page.getByTestId('search-submit').click();
  await page.getByTestId('found').filter({ hasText: to }).click();
  await fill(page, { letter: `Dear ${to}` });
  for (const [index, time] of times.entries()) {
    if (index > 0) await page.getByTestId('add-time').click();
    await fill(page, { [`times[${index}]`]: time });
  }
  await page.getByTestId('give-submit').click();
  await expect(page.getByTestId('given')).toBeVisible();
}

/** Two new people in browsers of their own, whom others find. */
async function two(browser: Browser, openPage: (context: BrowserContext, name: string) => Promise<ParticipantPage>, stack: Stack): Promise<[ParticipantPage, ParticipantPage]> {
  const pages = ['Ann', 'Bo'].map(async (name) => {
    const page = await openPage(await browser.newContext(ZONE), `${name}${crypto.randomUUID().slice(0, 8)}`);
    await signUpFindable(page.page, stack, page.name);
    return page;
  });
  return [await pages[0]!, await pages[1]!];
}

test('[END-54] two special gifts that cross make a match, and both enter their session with their logins', async ({ stack, openPage, browser }) => {
  const [ann, bo] = await two(browser, openPage, stack);
  const soon = inMinutes(2);
  await give(ann.page, stack.webUrl, bo.name, [soon]);
  await bo.page.goto(`${stack.webUrl}/gifts`);
  await expect(bo.get('box-received').getByTestId('gift')).toHaveCount(1);
  await give(bo.page, stack.webUrl, ann.name, [inMinutes(300), soon]);
  await expect(bo.get('letter').filter({ hasText: `Dear ${bo.name}` })).toBeVisible();
  for (const one of [ann, bo]) {
    await one.page.goto(stack.webUrl);
    await one.get('enter').click();
    await one.reachesPhase('lobby');
  }
  await expect(ann.get('both-here')).toBeVisible();
  await expect(ann.get('here-as')).toContainText(ann.name);
  await ann.write('Here I am');
  await bo.get('chat-toggle').click();
  await expect(bo.message('Here I am')).toBeVisible();
});

test('[END-55] without a common time one proposes and the other one takes it', async ({ stack, openPage, browser }) => {
  const [ann, bo] = await two(browser, openPage, stack);
  await give(ann.page, stack.webUrl, bo.name, []);
  await give(bo.page, stack.webUrl, ann.name, []);
  await ann.page.goto(stack.webUrl);
  await ann.get('open-propose').click();
  await fill(ann.page, { 'times[0]': inMinutes(300) });
  await ann.get('propose-submit').click();
  await expect(ann.get('withdraw')).toBeVisible();
  await bo.page.goto(stack.webUrl);
  await bo.get('accept').click();
  await expect(bo.get('meet')).toContainText(ann.name);
  await expect(ann.get('meet'), 'without a reload').toContainText(bo.name);
});

test('[END-56] what happened stands on a person’s pages, leads there, and stays away once it is read', async ({ stack, openPage, browser }) => {
  const [ann, bo] = await two(browser, openPage, stack);
  // The first page of theirs tells the browser that somebody is logged in.
  await bo.page.goto(`${stack.webUrl}/gifts`);
  await bo.get('home-link').click();
  await expect(bo.get('to-gifts')).toBeVisible();
  await give(ann.page, stack.webUrl, bo.name, []);
  const gift = bo.get('news-item').filter({ hasText: 'A gift has come' });
  await expect(gift, 'without a reload').toBeVisible();
  await gift.getByTestId('news-link').click();
  await expect(bo.get('box-received').getByTestId('gift')).toHaveCount(1);
  await expect(gift, 'read by following it').toHaveCount(0);

  await give(bo.page, stack.webUrl, ann.name, []);
  await ann.page.goto(stack.webUrl);
  const matched = ann.get('news-item').filter({ hasText: 'are matched' });
  await expect(matched).toContainText(bo.name);
  await matched.getByTestId('news-close').click();
  await expect(matched).toHaveCount(0);
  await ann.page.reload();
  await expect(ann.get('match')).toBeVisible();
  await expect(matched, 'also after a reload').toHaveCount(0);
});

test('[END-57] a block ends the match without a word to the other one, stands on the account page, and can be lifted', async ({ stack, openPage, browser }) => {
  const [ann, bo] = await two(browser, openPage, stack);
  await give(ann.page, stack.webUrl, bo.name, []);
  await give(bo.page, stack.webUrl, ann.name, []);
  await bo.page.goto(stack.webUrl);
  await expect(bo.get('match')).toBeVisible();
  await ann.page.goto(stack.webUrl);
  await ann.get('open-safety').click();
  await expect(ann.get('safety-dialog')).toContainText(bo.name);
  await ann.page.keyboard.press('Escape');
  await expect(ann.get('safety-dialog')).toBeHidden();
  await ann.get('open-safety').click();
  await ann.get('block').click();
  await expect(ann.get('match')).toHaveCount(0);

  await bo.page.reload();
  await expect(bo.get('to-gifts'), 'no match any more').toBeVisible();
  expect(await bo.page.locator('main').innerText()).not.toMatch(/block/i);

  await ann.page.goto(`${stack.webUrl}/account`);
  await expect(ann.get('block-of')).toContainText(bo.name);
  await ann.get('unblock').click();
  await expect(ann.get('block-of')).toHaveCount(0);
  await ann.page.reload();
  await expect(ann.get('account')).toBeVisible();
  await expect(ann.page.getByText('Nobody.')).toBeVisible();
});
