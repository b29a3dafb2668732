/** The link of a gift to an address, as whoever is sent it meets it. */
import { expect, test } from '../support/fixtures.ts';
import { PASSWORD, address, fill, signUp } from '../support/people.ts';

/** As long as a real one. */
const TOKEN = 'A'.repeat(43);

test('[END-58] a link to a gift shows it sealed, and whoever signs up or logs in comes back to it', async ({ stack, openPage, browser }) => {
  const email = address('bo');
  const known = (await openPage(await browser.newContext({ locale: 'en-GB' }), 'Bo')).page;
  await signUp(known, stack, 'Bo', email);
  for (const way of ['signup', 'login'] as const) {
    const { page } = await openPage(await browser.newContext({ locale: 'en-GB' }), `Bo by ${way}`);
    await page.goto(`${stack.webUrl}/gift#${TOKEN}`);
    await expect(page.getByTestId('notice')).toHaveAttribute('data-reason', 'out');
    expect(page.url(), 'the token leaves the address').not.toContain(TOKEN);
    await page.getByTestId(`to-${way}`).click();
    const person: Record<string, string> = way === 'signup' ? { name: 'Bo', email: address('bo'), password: PASSWORD } : { email, password: PASSWORD };
    await fill(page, person);
    await page.getByTestId(`${way}-submit`).click();
    // Not theirs yet: nobody has confirmed an address.
    await expect(page.getByTestId('notice')).toHaveAttribute('data-reason', 'unverified');
    expect(page.url()).toBe(`${stack.webUrl}/gift`);
    expect(page.url()).not.toContain(TOKEN);
  }
});
