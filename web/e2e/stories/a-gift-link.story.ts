/** The link of a gift to an address, as whoever is sent it meets it. */
import { expect, test } from '../support/fixtures.ts';

/** As long as a real one. */
const TOKEN = `${'A'.repeat(23)}.${'B'.repeat(43)}`;

test('[END-58] a link to a gift that is not there says so, and its token leaves the address at once', async ({ stack, openPage, browser }) => {
  const { page } = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Bo');
  for (const address of [`gift#${TOKEN}`, `GIFT/%23${TOKEN}).`, 'gift']) {
    await page.goto('about:blank');
    await page.goto(`${stack.webUrl}/${address}`);
    await expect(page.getByTestId('notice')).toHaveAttribute('data-reason', 'over');
    expect(page.url()).toBe(`${stack.webUrl}/gift`);
  }
});
