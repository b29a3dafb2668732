/** Two people with accounts: gifts that cross, a time, and the room, without any application. */
import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures.ts';
import { fill, signUpFindable } from '../support/people.ts';

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

test('[END-54] two special gifts that cross make a match, and both enter their session with their logins', async ({ stack, openPage, browser }) => {
  const names = [`Ann${crypto.randomUUID().slice(0, 8)}`, `Bo${crypto.randomUUID().slice(0, 8)}`] as const;
  const ann = await openPage(await browser.newContext(ZONE), names[0]);
  const bo = await openPage(await browser.newContext(ZONE), names[1]);
  for (const one of [ann, bo]) await signUpFindable(one.page, stack, one.name);
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
  const names = [`Ann${crypto.randomUUID().slice(0, 8)}`, `Bo${crypto.randomUUID().slice(0, 8)}`] as const;
  const ann = await openPage(await browser.newContext(ZONE), names[0]);
  const bo = await openPage(await browser.newContext(ZONE), names[1]);
  for (const one of [ann, bo]) await signUpFindable(one.page, stack, one.name);
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
