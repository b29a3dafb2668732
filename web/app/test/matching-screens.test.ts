/** Matches, proposals and gifts as they are drawn, and sessions that are opened with a login. */
import type { SchedulerClient } from '@rendezvous/client/scheduler';
import { render } from 'svelte/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PERSON_SCENES } from '../gallery/person-scenes.ts';
import { words } from '../src/i18n/index.ts';
import { instantOf, instantsOf, localText } from '../src/person/local-time.ts';
import { openOwnSession } from '../src/session/join.ts';
import { BOOKING } from './model.ts';

function drawn(name: keyof typeof PERSON_SCENES): string {
  const { screen, props } = PERSON_SCENES[name]();
  return render(screen, { props }).body;
}

/** The elements with this `data-testid` that stand beside each other, as HTML. */
const parts = (html: string, testId: string): string[] => html.split(`data-testid="${testId}"`).slice(1);
const has = (html: string, testId: string): boolean => html.includes(`data-testid="${testId}"`);

describe('times in fields', () => {
  test('[WEB-90] mean instants in the reader’s own time zone, and an empty one means none', () => {
    const at = new Date(2026, 10, 21, 14, 5).getTime();
    expect(localText(at)).toBe('2026-11-21T14:05');
    expect(instantOf('2026-11-21T14:05')).toBe(at);
    for (const none of ['', 'soon']) expect(instantOf(none)).toBeNull();
    expect(instantsOf(['2026-11-21T14:05', '', '2026-11-21T14:06'])).toEqual([at, at + 60_000]);
  });
});

describe('a match', () => {
  const [meeting, theirs, ours, none] = parts(drawn('person-home'), 'match') as [string, string, string, string];

  test('[WEB-91] with a session leads to its room', () => {
    expect(has(meeting, 'enter')).toBe(true);
    expect(meeting).toContain('href="./session/s"');
    expect(has(meeting, 'accept')).toBe(false);
  });

  test('[WEB-91] with times of the other one takes one of them, or none', () => {
    expect(parts(theirs, 'accept')).toHaveLength(3);
    expect(has(theirs, 'decline')).toBe(true);
    expect(has(theirs, 'withdraw')).toBe(false);
  });

  test('[WEB-91] with times of one’s own takes them back, and without any proposes some', () => {
    expect(has(ours, 'withdraw')).toBe(true);
    expect(has(ours, 'accept')).toBe(false);
    expect(none).toContain(words.matching.proposeTimes);
    for (const card of [meeting, theirs, ours, none]) expect(has(card, 'end-match'), 'asked before it is done').toBe(true);
  });
});

describe('a gift', () => {
  const html = drawn('gifts');
  const [sealed, opened, sent] = parts(html, 'gift') as [string, string, string];

  test('[WEB-91] that is sealed can be opened early by who got it, and taken back by who gave it', () => {
    expect(sealed).toContain(words.matching.sealedSpecial);
    expect([has(sealed, 'peek'), has(sealed, 'letter'), has(sealed, 'take-back')]).toEqual([true, false, false]);
    expect([has(sent, 'peek'), has(sent, 'letter'), has(sent, 'take-back')]).toEqual([false, true, true]);
  });

  test('[WEB-91] that is open shows who gave it and the letter', () => {
    expect(opened).toContain(words.matching.from('Bo'));
    expect(has(opened, 'letter')).toBe(true);
    expect([has(opened.split('data-testid="box-sent"')[0] ?? '', 'peek')]).toEqual([false]);
  });
});

describe('a session of one’s own', () => {
  const kept = new Map<string, string>();

  beforeEach(() => {
    kept.clear();
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
      get length() {
        return kept.size;
      },
      key: (index: number) => [...kept.keys()][index] ?? null,
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  test('[WEB-92] is opened with the login alone, and nothing of another session stays in the tab', async () => {
    kept.set('rendezvous:pass', JSON.stringify({ sessionId: 'other', roomId: 'x', me: 'ann', access: 'secret' }));
    kept.set('rendezvous:other:ann:story', '[{"at":1,"what":"live"}]');
    kept.set('rendezvous:other:ann:left', 'true');
    const asked: unknown[] = [];
    const scheduler = { session: async (...request: unknown[]) => (asked.push(request), BOOKING) } as unknown as SchedulerClient;
    const joined = await openOwnSession(scheduler, BOOKING.id, 'ann', () => undefined);
    expect(asked).toEqual([[null, BOOKING.id]]);
    expect(joined).toEqual({ credentials: { sessionId: BOOKING.id, roomId: BOOKING.room_id, me: 'ann', access: null }, booking: BOOKING });
    expect([...kept.keys()].filter((key) => key.includes('other'))).toEqual([]);
    expect([...kept.values()].join()).not.toContain('secret');
  });
});
