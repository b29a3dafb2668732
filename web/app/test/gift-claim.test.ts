/** Gifts to an address: how they are given, and how whoever has the link comes to them. */
import { ApiError, type GiftView } from '@rendezvous/sdk';
import { render } from 'svelte/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PERSON_SCENES } from '../gallery/person-scenes.ts';
import GiftItem from '../src/components/GiftItem.svelte';
import { words } from '../src/i18n/index.ts';
import { pageAfterLogin } from '../src/person/account.svelte.ts';
import { claimGift } from '../src/person/gift-claim.ts';

const TOKEN = 'T'.repeat(43);
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
    const html = drawn('gift-sealed');
    expect(html).toContain(words.matching.claimLead);
    for (const page of ['signup', 'login']) {
      expect(html).toContain(`href="./${page}?to=gift"`);
      expect(pageAfterLogin('?to=gift')).toBe('gift');
    }
    expect(html).not.toContain(TOKEN);
  });

  test('[WEB-99] gives it to the account of its address, and is of no use afterwards', async () => {
    const asked: string[] = [];
    const client = { claimGift: async (token: string) => (asked.push(token), {} as GiftView) };
    await expect(claimGift(client, TOKEN, true)).resolves.toBe('claimed');
    expect(asked).toEqual([TOKEN]);
    expect([...kept.keys()], 'the token is gone').toEqual([]);
  });

  test.each([
    [401, true, 'out'],
    [403, true, 'other'],
    [404, true, 'over'],
    [404, false, 'unverified'],
    [403, false, 'unverified'],
    [503, true, 'unanswered'],
    [0, false, 'unanswered'],
  ] as const)('[WEB-99] refused with %i to an account whose address is confirmed: %s, it says %s, and can be tried again', async (status, isVerified, state) => {
    await expect(claimGift(answering(status), TOKEN, isVerified)).resolves.toBe(state);
    expect(kept.get('rendezvous:mail:gift')).toBe(JSON.stringify(TOKEN));
  });

  test('[WEB-99] says what to do before it is theirs', () => {
    expect(has(drawn('gift-unverified'), 'verification-submit')).toBe(true);
    expect(has(drawn('gift-claimed'), 'to-gifts')).toBe(true);
    for (const name of ['gift-other', 'gift-over'] as const) expect(has(drawn(name), 'to-gifts'), name).toBe(false);
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
