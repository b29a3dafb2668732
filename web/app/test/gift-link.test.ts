/** Gifts to an address: how they are given, and what their link shows. */
import { ApiError, type GiftView } from '@rendezvous/client';
import { render } from 'svelte/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PERSON_SCENES } from '../gallery/person-scenes.ts';
import GiftItem from '../src/components/GiftItem.svelte';
import { words } from '../src/i18n/index.ts';
import { pageAfterLogin } from '../src/person/account.svelte.ts';
import { openGiftLink } from '../src/person/gift-link.ts';

const TOKEN = `${'t'.repeat(23)}.${'T'.repeat(43)}`;
const kept = new Map<string, string>();

beforeEach(() => {
  kept.clear();
  kept.set('rendezvous:mail:gift', JSON.stringify(TOKEN));
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
});
afterEach(() => vi.unstubAllGlobals());

function drawn(name: keyof typeof PERSON_SCENES): string {
  const { screen, props } = PERSON_SCENES[name]();
  return render(screen, { props }).body;
}

const has = (html: string, testId: string): boolean => html.includes(`data-testid="${testId}"`);
const answering = (status: number) => ({ claimGift: async () => Promise.reject(new ApiError(status, {})) });

describe('the link of a gift', () => {
  test('[WEB-99] shows it sealed, and leads over sign-up or login back to it', () => {
    const html = drawn('gift-link');
    expect(has(html, 'sealed-gift')).toBe(true);
    expect(html).toContain(words.matching.linkLead);
    for (const page of ['signup', 'login']) expect(html).toContain(`href="./${page}?to=gift"`);
    expect(pageAfterLogin('?to=gift')).toBe('gift');
    expect(html).not.toContain(TOKEN);
  });

  test('[WEB-99] says to whoever is logged in what is left to do', () => {
    expect(has(drawn('gift-link-unverified'), 'verification-submit')).toBe(true);
    expect(has(drawn('gift-link-in'), 'to-gifts')).toBe(true);
    expect([has(drawn('gift-link-over'), 'sealed-gift'), has(drawn('gift-link-over'), 'to-signup')]).toEqual([false, false]);
  });

  test('[WEB-99] stays in the tab while it is good, for after the login', async () => {
    const asked: string[] = [];
    const gift = { id: 'g' } as GiftView;
    const client = { claimGift: async (token: string) => (asked.push(token), gift) };
    await expect(openGiftLink(client, TOKEN)).resolves.toEqual({ is: 'sealed', gift });
    expect([asked, [...kept.keys()]]).toEqual([[TOKEN], ['rendezvous:mail:gift']]);
  });

  test.each([
    [404, 'over', []],
    [422, 'over', []],
    [503, 'unanswered', ['rendezvous:mail:gift']],
    [0, 'unanswered', ['rendezvous:mail:gift']],
  ] as const)('[WEB-99] answered with %i it is %s, and is kept as long as it may be good', async (status, is, left) => {
    await expect(openGiftLink(answering(status), TOKEN)).resolves.toEqual({ is });
    expect([...kept.keys()]).toEqual(left);
  });
});

describe('a gift to an address', () => {
  test('[WEB-100] can be given beside one to a person, and its giver has the link', () => {
    expect(has(drawn('gifts'), 'address-choice')).toBe(true);
    const gift = { id: 'g', kind: 'plain', state: 'sealed', sent_at: 1, opens_at: 1, to: { email: 'bo@x.example' }, letter: 'Hello', claim_url: 'https://meet.example/gift#secret' } as GiftView;
    const actions = { peek: async () => undefined, takeBack: async () => undefined };
    const html = render(GiftItem, { props: { gift, box: 'sent', now: 1, actions } }).body;
    expect(html).toContain(words.matching.to('bo@x.example'));
    expect(html).toContain('value="https://meet.example/gift#secret"');
    expect(has(html, 'claim-url-copy')).toBe(true);
    const { claim_url: _, ...other } = gift as GiftView & { claim_url: string };
    expect(has(render(GiftItem, { props: { gift: other, box: 'sent', now: 1, actions } }).body, 'claim-url')).toBe(false);
  });
});
