/** People with an account, as they use the pages of one stack. */
import { type Page, expect } from '@playwright/test';
import type { ParticipantPage } from './participant-page.ts';
import type { Stack } from './stack.ts';

export const PASSWORD = 'four words of mine';

export const address = (name: string): string => `${name}-${crypto.randomUUID()}@example.org`;

/** Ends on the home page of the new person. */
export async function signUp(page: Page, stack: Stack, name: string, email = address(name.toLowerCase())): Promise<void> {
  await page.goto(`${stack.webUrl}/signup`);
  await fill(page, { name, email, password: PASSWORD });
  await page.getByTestId('signup-submit').click();
  await expect(page.getByTestId('person-home')).toBeVisible();
}

/** Logs a browser in as a new person whom others find, without its pages. */
export async function signUpFindable(page: Page, stack: Stack, name: string): Promise<void> {
  const { request } = page.context();
  const options = { headers: { origin: stack.webUrl } };
  const signedUp = await request.post(`${stack.webUrl}/v1/signup`, { ...options, data: { name, email: address('findable'), password: PASSWORD } });
  expect(signedUp.status()).toBe(201);
  const changed = await request.patch(`${stack.webUrl}/v1/me`, { ...options, data: { discoverable: true } });
  expect(changed.ok()).toBe(true);
}

/** By the names of the fields. */
export async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [field, text] of Object.entries(fields)) await page.getByTestId(`field-${field}`).first().fill(text);
}

/** Two new people whose special gifts cross, without their pages. */
export async function matchedWith(stack: Stack, ...pages: readonly [ParticipantPage, ParticipantPage]): Promise<void> {
  for (const { page, name } of pages) await signUpFindable(page, stack, name);
  const ids = await Promise.all(pages.map(async ({ page }) => ((await (await page.context().request.get(`${stack.webUrl}/v1/me`)).json()) as { id: string }).id));
  for (const [index, { page }] of pages.entries()) {
    const data = { to: { user_id: ids[1 - index] }, kind: 'special', letter: 'Hello' };
    const given = await page.context().request.post(`${stack.webUrl}/v1/gifts`, { headers: { origin: stack.webUrl, 'idempotency-key': crypto.randomUUID() }, data });
    expect(given.status(), await given.text()).toBe(201);
  }
}
