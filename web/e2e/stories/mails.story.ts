/** Mails that people are told by: how they are stopped from a mail, and had again. */
import { expect, test } from '../support/fixtures.ts';
import { MailServer } from '../support/mail-server.ts';
import { address, signUp } from '../support/people.ts';
import { Stack } from '../support/stack.ts';

test('[END-64] who follows the link of a mail gets none, is told so in their settings, and has them again from either', async ({ browser, openPage, stopAfter }) => {
  const started = await MailServer.start();
  test.skip(started === undefined, 'aiosmtpd is not installed');
  const mails = stopAfter(started!);
  const stack = stopAfter(await Stack.start(mails.environment));
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC' });
  const { page } = await openPage(context, 'Ann');
  const ann = address('ann');
  await signUp(page, stack, 'Ann', ann);
  const proof = await mails.mail(ann, ({ body }) => body.includes('/verify#'));
  await page.goto(/\S+\/verify#\S+/.exec(proof.body)?.[0] ?? '');
  await expect(page.getByTestId('home-link')).toBeVisible();

  const other = await browser.newContext({ locale: 'en-GB' });
  const bo = await openPage(other, 'Bo');
  await signUp(bo.page, stack, 'Bo');
  const me = async (): Promise<{ id: string; notify: { email: boolean; email_stopped_at?: number } }> => (await context.request.get(`${stack.webUrl}/v1/me`)).json();
  const data = { to: { user_id: (await me()).id }, kind: 'plain', letter: 'Hello' };
  const given = await other.request.post(`${stack.webUrl}/v1/gifts`, { headers: { origin: stack.webUrl }, data });
  expect(given.status()).toBe(201);
  const news = await mails.mail(ann, ({ headers }) => 'list-unsubscribe' in headers);
  const link = news.headers['list-unsubscribe']?.slice(1, -1) ?? '';

  await page.goto(link);
  await page.getByRole('button', { name: 'No more mails' }).click();
  await expect(page.getByRole('button', { name: 'Send them again' })).toBeVisible();
  await page.goto(`${stack.webUrl}/account`);
  await expect(page.getByTestId('field-notify-email')).not.toBeChecked();
  await expect(page.getByTestId('notify-stopped')).toBeVisible();
  await page.getByTestId('field-notify-email').check();
  await expect(page.getByTestId('notify-stopped')).toBeHidden();
  await page.getByTestId('notify-submit').click();
  await expect(page.getByTestId('notify-notice')).toHaveText('Saved.');
  expect((await me()).notify).toEqual({ email: true, push: true, preview: true });

  await page.goto(link);
  await page.getByRole('button', { name: 'No more mails' }).click();
  await page.getByRole('button', { name: 'Send them again' }).click();
  await expect(page.getByRole('button', { name: 'No more mails' })).toBeVisible();
  expect((await me()).notify.email).toBe(true);
});
