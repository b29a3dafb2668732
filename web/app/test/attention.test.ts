/** What calls a person back to the tab of their session. */
import { BEFORE_JOIN, type SessionState } from '@rendezvous/client';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { LANGUAGES } from '../src/i18n/index.ts';
import { momentOf, tabTitle, type Seen } from '../src/session/attention.ts';
import { Attention } from '../src/session/attention.svelte.ts';
import type { CallModel } from '../src/session/model.ts';
import { WakeLock } from '../src/session/wake-lock.ts';
import { MODEL, START } from './model.ts';

afterEach(() => vi.unstubAllGlobals());

function model(session: Partial<SessionState>, change: Partial<CallModel> = {}): CallModel {
  return { ...MODEL, joinState: { is: 'in' }, now: START - 25_000, session: { ...BEFORE_JOIN, me: 'ann', ...session }, ...change };
}

const BO = { userId: 'bo', name: 'Bo', presence: { is: 'here' } } as const;
const AWAY = { ...BO, presence: { is: 'away', since: null } } as const;
const plain = (text: string): string => text.replace(/[\u2068\u2069]/g, '');

describe('[WEB-160] the title of the tab', () => {
  test.each<[string, string, CallModel, number]>([
    ['Waiting for Bo · 0:25', 'Bo 님을 기다려요 · 0:25', model({ stage: { phase: 'lobby' }, peer: AWAY }), 0],
    ['(2) Bo is here · 0:25', '(2) Bo 님이 왔어요 · 0:25', model({ stage: { phase: 'lobby' }, peer: BO }), 2],
    ['Bo is here', 'Bo 님이 왔어요', model({ stage: { phase: 'lobby' }, peer: BO }, { now: START + 1 }), 0],
    ['3 · Bo', '3 · Bo', model({ stage: { phase: 'countdown', liveAt: START - 22_000 }, peer: BO }), 0],
    ['(1) 0:40 · Bo', '(1) 0:40 · Bo', model({ stage: { phase: 'live', startedAt: START - 45_000, deadlineAt: START + 15_000, ending: false }, peer: BO }), 1],
    ['A minute with Bo', 'Bo 님과 1분', model({ stage: { phase: 'lobby' } }, { opensAt: START }), 0],
  ])('is “%s”', (english, korean, shown, unread) => {
    expect(plain(tabTitle(shown, unread, LANGUAGES.en))).toBe(english);
    expect(plain(tabTitle(shown, unread, LANGUAGES.ko))).toBe(korean);
  });
});

describe('[WEB-161] a sound is worth', () => {
  const seen = (phase: Seen['phase'], peerHere = false, unread = 0): Seen => ({ phase, peerHere, unread });
  test.each<[string | null, Seen, Seen]>([
    ['opened', seen('early'), seen('lobby')],
    ['came', seen('early'), seen('lobby', true)],
    ['came', seen('lobby'), seen('lobby', true)],
    ['starts', seen('lobby', true), seen('countdown', true)],
    ['message', seen('live', true, 1), seen('live', true, 2)],
    [null, seen('live', true, 2), seen('live', true, 0)],
    [null, seen('live'), seen('live', true)],
    [null, seen('loading'), seen('lobby', true, 3)],
    [null, seen('lobby', true), seen('lobby')],
  ])('%s', (moment, before, after) => {
    expect(momentOf(before, after)).toBe(moment);
  });

  test('nothing once it is turned off, also after a reload, nor a message that is looked at', () => {
    const kept = new Map<string, string>();
    const started = vi.fn();
    const node = { connect: () => node, gain: { setValueAtTime: () => 0, linearRampToValueAtTime: () => 0, exponentialRampToValueAtTime: () => 0 }, frequency: { value: 0 }, start: started, stop: () => 0 };
    vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) });
    vi.stubGlobal('AudioContext', class {
      state = 'running';
      createGain = () => node;
      createOscillator = () => node;
    });
    const attention = new Attention();
    attention.call('message', '', true);
    expect(started).not.toHaveBeenCalled();
    attention.call('message', '', false);
    expect(started).toHaveBeenCalledTimes(1);
    attention.call('came', '', true);
    expect(started).toHaveBeenCalledTimes(3);
    attention.setSound(false);
    attention.call('came', '', true);
    new Attention().call('came', '', true);
    expect(started).toHaveBeenCalledTimes(3);
  });
});

test('[WEB-162] a notification is shown to who has allowed it and looks elsewhere, and nobody is asked but by their click', async () => {
  const shown: string[] = [];
  const asked = vi.fn(async () => 'granted');
  vi.stubGlobal('Notification', Object.assign(class { constructor(_: string, { body }: { body: string }) { shown.push(body); } }, { permission: 'default', requestPermission: asked }));
  vi.stubGlobal('document', { visibilityState: 'hidden' });
  const attention = new Attention();
  attention.call('came', 'Bo is here', false);
  expect([shown, asked.mock.calls.length]).toEqual([[], 0]);
  await attention.setNotifies(true);
  attention.call('came', 'Bo is here', false);
  vi.stubGlobal('document', { visibilityState: 'visible' });
  attention.call('message', 'Bo wrote to you', false);
  expect([shown, asked.mock.calls.length]).toEqual([['Bo is here'], 1]);
});

test('[WEB-163] the screen is kept on once at a time, is let go, and a browser that refuses is no failure', async () => {
  const locks: { released: boolean; release: () => Promise<void> }[] = [];
  const request = vi.fn(async () => {
    const lock = { released: false, release: async () => void (lock.released = true) };
    locks.push(lock);
    return lock;
  });
  vi.stubGlobal('navigator', { wakeLock: { request } });
  const wakeLock = new WakeLock();
  wakeLock.keep(true);
  wakeLock.keep(true);
  await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve, 0));
  wakeLock.keep(true);
  expect(locks.map(({ released }) => released)).toEqual([false]);
  wakeLock.keep(false);
  expect(locks.map(({ released }) => released)).toEqual([true]);
  wakeLock.keep(true);
  wakeLock.keep(false);
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(locks.map(({ released }) => released), 'let go before it was given').toEqual([true, true]);
  request.mockRejectedValue(new DOMException('no', 'NotAllowedError'));
  wakeLock.keep(true);
  await new Promise((resolve) => setTimeout(resolve, 0));
  vi.stubGlobal('navigator', {});
  new WakeLock().keep(true);
  await new Promise((resolve) => setTimeout(resolve, 0));
});
