/** Join links as mail programs, messengers and people pass them on. */
import { describe, expect, test, vi } from 'vitest';
import { openJoinLink } from '../src/session/join.ts';
import { joinToken, readJoinLink } from '../src/session/join-link.ts';
import { BOOKING } from './model.ts';

/** With each character of the alphabet that mail programs change. */
const T = `AQAAAAEAAAAA-AAAAA_dE${'x'.repeat(36)}-_z.${'k'.repeat(20)}-_${'9'.repeat(20)}_`;

/** Addresses, and the path that they become. */
const ADDRESSES: readonly (readonly [string, string?])[] = [
  [`/join#${T}`],
  [`/join/#${T}`],
  [`/join//#${T}`],
  [`/JOIN#${T}`],
  [`/Join/#${T}`],
  [`/join.#${T}`],
  [`/join%20#${T}`],
  [`/meet/join#${T}`, '/meet/join'],
  [`/meet/Join%23${T}`, '/meet/join'],
  [`/join%23${T}`],
  [`/join%2523${T}`],
  [`/join%252523${T}`],
  [`/join/%23${T}`],
  [`/join/${T}`],
  [`/join%EF%BC%83${T}`],
  [`/join%23${T}.`],
  [`/join%23${T}%20see%20you`],
  [`/join%23${T}?utm_source=mail`],
  [`/join?utm_source=mail#${T}`],
  [`/join?fbclid=x&gclid=y#${T}`],
  [`/join?token=${T}`],
  [`/join?x#token=${T}`],
  ...['.', ',', ';', ':', '!', '?', ')', ']', '}', '>', '"', "'", '*', '_', '__', '**', '~', '|', '/', '//', '#', '=', '+', '$', '…', '。', '」', '”', '’', '»'].map((end) => [`/join#${T}${end}`] as const),
  ...['%20', '%20%20', '%0A', '%0D%0A', '%09', '%C2%A0', '%E2%80%8B', '%E2%80%8C', '%EF%BB%BF', '%C2%AD', '%3E', '%22', '%29', '%5D', '%2E', '%E3%80%82', '%FF', '%', '%2'].map((end) => [`/join#${T}${end}`] as const),
  ...['&utm_source=mail', '?utm_source=mail&x=1', '&amp;utm_source=mail', '/?utm_source=mail', ').%20See%20you', '%3C/a%3E', '</a>', '&gt;', '&quot;', '=3D', ' and more', 'https://x.example/join'].map((end) => [`/join#${T}${end}`] as const),
  ...['token=', '#', '/', '%20', '%E2%80%8B', '<', '(', '"', '_', '=3D', '/#', '?token='].map((start) => [`/join#${start}${T}`] as const),
  [`/join#${T.replace('.', '%2E')}`],
  [`/join#${T.replace('.', '%252E')}`],
  [`/join#${T.replaceAll('_', '%5F').replaceAll('-', '%2D')}`],
  [`/join#${T.replaceAll('_', '\\_')}`],
  [`/join#${T.replaceAll('_', '%5C_')}`],
  [`/join#${T.replaceAll('-', '\u2011')}`],
  [`/join#${T.replaceAll('-', '%E2%80%93')}`],
  [`/join#${T.slice(0, 30)}%20${T.slice(30)}`],
  [`/join#${T.slice(0, 30)}%0D%0A%20${T.slice(30, 70)}%0A${T.slice(70)}`],
  [`/join#${T.slice(0, 30)}%3D%0D%0A${T.slice(30)}`],
  [`/join#${T.slice(0, 40)}%E2%80%8B${T.slice(40)}`],
  [`/join#${T.slice(0, 40)}<wbr>${T.slice(40)}`],
];

describe('a join link', () => {
  test.each(ADDRESSES.map(([address, path = '/join']) => ({ address, path })))('[WEB-60] $address is understood', ({ address, path }) => {
    const { pathname, search, hash } = new URL(address, 'https://meet.example');
    expect(readJoinLink({ pathname, search, hash })).toEqual({ is: 'link', token: T, address: `${path}#${T}` });
  });

  test.each([
    ['/join', 'none'],
    ['/join/', 'none'],
    ['/join#', 'none'],
    ['/join?utm_source=mail', 'none'],
    ['/join%23', 'none'],
    ['/join#%20', 'none'],
    ['/join#%E2%80%8B', 'none'],
    ['/join#short', 'damaged'],
    [`/join#${T.slice(0, 59)}`, 'damaged'],
    ['/join#<script>alert(1)</script>', 'damaged'],
    ['/join#utm_source=mail', 'damaged'],
  ])('[WEB-60] %s is no link: %s', (address, is) => {
    const { pathname, search, hash } = new URL(address, 'https://meet.example');
    expect(readJoinLink({ pathname, search, hash })).toEqual({ is });
  });

  test.each([
    `https://meet.example/join#${T}`,
    `Hi Bo, here it is: <https://meet.example/join#${T}>. See you!`,
    `[join](https://meet.example/join#${T})`,
    `https://eur01.safelinks.example/?url=https%3A%2F%2Fmeet.example%2Fjoin%23${T}&data=05%7C02`,
    `https://www.google.example/url?q=https://meet.example/join%2523${T}&sa=D`,
    `https://meet.example/join&#35;${T}`,
    `https://meet.example/join&#x23;${T}`,
    T,
  ])('[WEB-60] pasted: %s', (text) => {
    expect(joinToken(text)).toBe(T);
    expect(joinToken(`\n \u200b${text}\r\n`)).toBe(T);
  });

  test('[WEB-60] a token of another length is left to the server', () => {
    expect(joinToken(`https://meet.example/join#${'a'.repeat(20)}.${'b'.repeat(30)})`)).toBe(`${'a'.repeat(20)}.${'b'.repeat(30)}`);
  });
});

test('[WEB-61] the token goes into the body of one request and nowhere else, and leaves the address at once, then the fragment', async () => {
  const addresses: string[] = [];
  const stored = new Map<string, string>();
  const address = new URL(`https://meet.example/JOIN%23${T}?utm_source=mail`);
  const replaceState = vi.fn((_state: null, _title: string, to: string) => {
    addresses.push(to);
    address.href = new URL(to, address).href;
  });
  vi.stubGlobal('location', address);
  vi.stubGlobal('history', { replaceState });
  vi.stubGlobal('sessionStorage', { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, value: string) => void stored.set(key, value) });
  const join = vi.fn(() => Promise.resolve({ session: BOOKING, user_id: 'ann', access: 'access', expires_at: 1 }));
  await openJoinLink({ join } as never, () => undefined);
  vi.unstubAllGlobals();
  expect(join.mock.calls).toEqual([[T, null]]);
  expect(addresses).toEqual([`/join#${T}`, '/join']);
  expect([...stored.values()].join()).not.toContain(T);
});
