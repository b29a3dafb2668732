/** People with an account: they sign up, come back, change what others see of them, and go. */
import { expect, test } from '../support/fixtures.ts';
import { PASSWORD, address, fill, signUp } from '../support/people.ts';

test('[END-50] a person signs up, logs out and in, changes their name, and a second browser sees it', async ({ stack, openPage, browser }) => {
  const [first, second] = [await browser.newContext({ locale: 'en-GB' }), await browser.newContext({ locale: 'en-GB' })];
  const { page } = await openPage(first, 'Ann');
  const email = address('ann');
  await page.goto(stack.webUrl);
  await page.getByTestId('to-signup').click();
  await fill(page, { name: 'Ann', email, password: PASSWORD });
  await page.getByTestId('signup-submit').click();
  await expect(page.getByTestId('person-home')).toContainText('Ann');

  await page.getByTestId('log-out').click();
  await expect(page.getByTestId('home')).toBeVisible();
  await page.goto(`${stack.webUrl}/account`);
  await expect(page).toHaveURL(`${stack.webUrl}/login?to=account`);
  await fill(page, { email: email.toUpperCase(), password: PASSWORD });
  await page.getByTestId('login-submit').click();
  await expect(page.getByTestId('account')).toBeVisible();

  const other = (await openPage(second, 'Ann elsewhere')).page;
  await other.goto(`${stack.webUrl}/login`);
  await fill(other, { email, password: PASSWORD });
  await other.getByTestId('login-submit').click();
  await expect(other.getByTestId('person-home')).toContainText('Ann');

  await page.getByTestId('account').getByTestId('field-name').fill('Anna Ruiz');
  await page.getByTestId('field-discoverable').check();
  await page.getByTestId('profile-submit').click();
  await expect(page.getByTestId('logged-in-as')).toContainText('Anna Ruiz');
  await other.reload();
  await expect(other.getByTestId('person-home')).toContainText('Anna Ruiz');

  await page.reload();
  await expect(page.getByTestId('field-discoverable')).toBeChecked();
  await expect(page.getByTestId('login-of')).toHaveCount(2);
  await page.getByTestId('end-login').click();
  await expect(page.getByTestId('login-of')).toHaveCount(1);
  await other.reload();
  await expect(other.getByTestId('home'), 'that login is over').toBeVisible();
  expect(stack.log, 'no password in a log').not.toContain(PASSWORD);
});

test('[END-51] what is wrong stands at its field, which has the focus, and nothing moves', async ({ stack, openPage, browser }) => {
  const { page } = await openPage(await browser.newContext({ locale: 'ko-KR', viewport: { width: 360, height: 740 } }), 'Ann');
  const email = address('ann');
  await signUp(page, stack, '민지', email);
  await page.getByTestId('log-out').click();
  await expect(page.getByTestId('home')).toBeVisible();

  await page.goto(`${stack.webUrl}/signup`);
  const top = () => page.getByTestId('signup-submit').evaluate((button) => button.getBoundingClientRect().top);
  const before = await top();
  await page.getByTestId('signup-submit').click();
  await expect(page.getByTestId('field-name')).toBeFocused();
  await expect(page.getByTestId('hint-name')).toHaveText('꼭 필요해요.');
  expect(Math.abs((await top()) - before), 'the button moved').toBeLessThan(32);
  await fill(page, { name: '민지', email, password: 'password' });
  await page.getByTestId('signup-submit').click();
  await expect(page.getByTestId('field-password')).toBeFocused();
  await expect(page.getByTestId('field-password')).toHaveAttribute('aria-invalid', 'true');
  await fill(page, { password: PASSWORD });
  await page.getByTestId('signup-submit').click();
  await expect(page.getByTestId('field-email')).toBeFocused();

  await page.goto(`${stack.webUrl}/login`);
  await fill(page, { email, password: 'not the password' });
  await page.getByTestId('field-password').press('Enter');
  await expect(page.getByTestId('login-notice')).toHaveText('주소와 비밀번호가 서로 맞지 않아요.');
});

test('[END-52] a login and a join link are two people in one browser, and each page says whose it is', async ({ stack, application, openPage, browser }) => {
  const booking = await application.book({ startsInMs: 60_000, lobby_ms: 120_000 });
  const context = await browser.newContext({ locale: 'en-GB' });
  const home = await openPage(context, 'Mina');
  await signUp(home.page, stack, 'Mina', address('mina'));
  const link = await openPage(context, 'Ann');
  await link.open(booking.ann);
  await link.reachesPhase('lobby');
  await expect(link.get('here-as')).toContainText('Ann');
  await home.page.reload();
  await expect(home.get('person-home')).toContainText('Mina');
});

test('[END-53] an account is erased with its password, and nothing of it is left to log in to', async ({ stack, openPage, browser }) => {
  const { page } = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Ann');
  const email = address('ann');
  await signUp(page, stack, 'Ann', email);
  await page.getByTestId('to-account').click();
  const download = page.waitForEvent('download');
  await page.getByTestId('export-submit').click();
  expect((await download).suggestedFilename()).toBe('rendezvous.json');
  await page.getByTestId('open-erase').click();
  const dialog = page.getByTestId('erase-dialog');
  await dialog.getByTestId('field-password').fill('not the password');
  await dialog.getByTestId('erase-submit').click();
  await expect(dialog.getByTestId('field-password')).toBeFocused();
  await dialog.getByTestId('field-password').fill(PASSWORD);
  await dialog.getByTestId('erase-submit').click();
  await expect(page.getByTestId('notice')).toHaveAttribute('data-reason', 'erased');
  await page.goto(`${stack.webUrl}/login`);
  await fill(page, { email, password: PASSWORD });
  await page.getByTestId('login-submit').click();
  await expect(page.getByTestId('login-notice')).not.toBeEmpty();
});
