/** Tokens of mails, and where a login leads. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { pageAfterLogin } from '../src/person/account.svelte.ts';
import { dropMailToken, mailToken, takeMailToken, type MailTokenKind } from '../src/person/mail-token.ts';

const T = `${'a-B_9'.repeat(8)}xyz`;

const tokenOf = (address: string, kind: MailTokenKind = 'reset'): string | null => mailToken(kind, new URL(address, 'https://meet.example'));

describe('the token of a mail', () => {
  test.each([`/reset#${T}`, `/reset#${T}.`, `/reset/#${T}`, `/reset%23${T}`, `/reset%2523${T}`, `/reset?utm_source=mail#${T}&x=1`, `/reset#${T}%20`, `/reset#${T.slice(0, 20)}%0A${T.slice(20)}`])('[WEB-88] %s is understood', (address) => {
    expect(tokenOf(address)).toBe(T);
  });

  test('[WEB-88] of a gift has two parts', () => {
    const gift = `${'a-B_9'.repeat(4)}xyz.${T}`;
    for (const address of [`/gift#${gift}`, `/gift#${gift})`, `/gift%23${gift}.`, `/GIFT/#${gift}`]) expect(tokenOf(address, 'gift'), address).toBe(gift);
    expect(tokenOf(`/gift#${T}`, 'gift')).toBeNull();
  });

  test.each(['/reset', '/reset#', '/reset#short', '/reset?to=account'])('[WEB-88] %s has none', (address) => {
    expect(tokenOf(address)).toBeNull();
  });
});

describe('the page of a mail', () => {
  const shown: string[] = [];

  beforeEach(() => {
    const kept = new Map<string, string>();
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    });
    shown.length = 0;
    vi.stubGlobal('history', { replaceState: (_: unknown, __: string, address: string) => void shown.push(address) });
  });
  afterEach(() => vi.unstubAllGlobals());

  const at = (address: string): void => void vi.stubGlobal('location', new URL(address, 'https://meet.example'));

  test('[WEB-88] takes the token out of the address at once, and has it after a reload until it is used', () => {
    at(`/meet/reset#${T}`);
    expect(takeMailToken('reset', '/meet/reset')).toBe(T);
    expect(shown).toEqual(['/meet/reset']);
    at('/meet/reset');
    expect(takeMailToken('reset', '/meet/reset')).toBe(T);
    expect(takeMailToken('verify', '/meet/reset'), 'for its own purpose alone').toBeNull();
    expect(shown).toHaveLength(1);
    dropMailToken('reset');
    expect(takeMailToken('reset', '/meet/reset')).toBeNull();
  });
});

describe('after the login', () => {
  test('[WEB-89] comes the page that needed it, and no address that somebody else wrote', () => {
    for (const page of ['account', 'gifts', 'session/0190b2c4-aaaa']) expect(pageAfterLogin(`?to=${encodeURIComponent(page)}`)).toBe(page);
    for (const other of ['', '?to=', '?to=https://evil.example', '?to=//evil.example', '?to=../account', '?to=session/../x', '?to=session//evil.example', '?to=javascript:alert(1)']) expect(pageAfterLogin(other)).toBe('');
  });
});
