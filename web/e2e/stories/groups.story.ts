/** Groups of people with accounts: made on the home page, written in from there. */
import type { Browser, BrowserContext } from '@playwright/test';
import { expect, test } from '../support/fixtures.ts';
import { matchedWith } from '../support/people.ts';
import type { ParticipantPage } from '../support/participant-page.ts';
import type { Stack } from '../support/stack.ts';

/** Two people who are matched, each in a browser of their own; the second one's is a phone. */
async function two(browser: Browser, openPage: (context: BrowserContext, name: string) => Promise<ParticipantPage>, stack: Stack): Promise<[ParticipantPage, ParticipantPage]> {
  const [ann, bo] = await Promise.all(
    [{ width: 1280, height: 800 }, { width: 360, height: 740 }].map(async (viewport, index) => {
      const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', viewport });
      return openPage(context, `${index === 0 ? 'Ann' : 'Bo'}${crypto.randomUUID().slice(0, 8)}`);
    }),
  );
  await matchedWith(stack, ann!, bo!);
  return [ann!, bo!];
}

async function openGroup(person: ParticipantPage): Promise<void> {
  await person.get('open-group-chat').click();
  await expect(person.get('chat-input'), 'opening puts the focus into the composer').toBeFocused();
}

test('[END-65] the members of a group write to each other, see what is unread, and who is taken out sees that', async ({ stack, openPage, browser }) => {
  const [ann, bo] = await two(browser, openPage, stack);
  for (const person of [ann, bo]) {
    // The first page of theirs tells the browser that somebody is logged in.
    await person.page.goto(`${stack.webUrl}/gifts`);
    await person.get('home-link').click();
    await expect(person.get('match')).toBeVisible();
  }
  await ann.get('open-new-group').click();
  await ann.get('field-name').last().fill('Hiking');
  await ann.get('choose').first().check();
  await ann.get('new-group-submit').click();
  await expect(ann.get('group-name')).toHaveText('Hiking');
  await openGroup(ann);
  await ann.write('Sunday at nine?');
  await expect(ann.message('Sunday at nine?')).toHaveAttribute('data-state', 'sent');

  await bo.page.reload();
  await expect(bo.get('group-last')).toContainText('Sunday at nine?');
  await expect(bo.get('group-unread')).toHaveText('1');
  await expect(bo.get('groups-unread')).toHaveText('1 unread message');
  await ann.write('At the gate.');
  await expect(bo.get('group-unread'), 'without a reload').toHaveText('2');
  await openGroup(bo);
  await expect(bo.get('chat-sender')).toHaveText(ann.name);
  await expect(ann.message('At the gate.')).toHaveAttribute('data-state', 'read');
  await bo.write('Yes.');
  await expect(ann.message('Yes.')).toBeVisible();
  await bo.page.keyboard.press('Escape');
  await expect(bo.get('open-group-chat'), 'the focus is back').toBeFocused();
  await expect(bo.get('group-unread')).toHaveCount(0);
  expect(await bo.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);

  await openGroup(bo);
  await ann.get('remove').click();
  await expect(bo.get('chat-removed')).toContainText('taken out of this group');
  await expect(bo.get('chat-input')).toBeDisabled();
  await expect(bo.get('group')).toHaveCount(0);
  await ann.write('Only me now.');
  await expect(ann.message('Only me now.')).toHaveAttribute('data-state', /sent|read/);
  await bo.get('chat-close').click();
  await expect(bo.get('group-chat')).toHaveCount(0);
  await bo.page.reload();
  await expect(bo.get('match')).toBeVisible();
  await expect(bo.get('group')).toHaveCount(0);
});
