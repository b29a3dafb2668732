/** What notifications say on the pages of a person, and how they are read. */
import type { Notification } from '@rendezvous/client';
import type { SchedulerClient } from '@rendezvous/client/scheduler';
import { render } from 'svelte/server';
import { describe, expect, test } from 'vitest';
import { PERSON_SCENES } from '../gallery/person-scenes.ts';
import NewsList from '../src/components/NewsList.svelte';
import { en, type Words } from '../src/i18n/en.ts';
import { LANGUAGES as LANGUAGES_OF_PAGES, words } from '../src/i18n/index.ts';
import { ko } from '../src/i18n/ko.ts';
import { notificationWords } from '../src/notification-words.ts';
import { News } from '../src/person/news.svelte.ts';

const NOW = 1_700_000_000_000;
const ONE: Notification = { id: 'n1', kind: 'session_scheduled', created_at: NOW - 1_000, session_id: 's1', starts_at: NOW + 60_000, with: 'Bo' };

/** Each kind, and where it leads. */
const KINDS: readonly (readonly [string, string])[] = [
  ['session_reminder', './session/s1'],
  ['session_opened', './session/s1'],
  ['session_scheduled', './session/s1'],
  ['session_rescheduled', './session/s1'],
  ['session_cancelled', './session/s1'],
  ['session_missed', './session/s1'],
  ['match_created', './'],
  ['gift_received', './gifts'],
  ['proposal_received', './'],
  ['proposal_answered', './'],
  ['message_unread', './session/s1'],
];
const LANGUAGES: readonly [string, Words][] = [
  ['en', en],
  ['ko', ko],
];

const of = (kind: string, rest: Partial<Notification> = {}): Notification => ({ ...ONE, ...rest, kind: kind as Notification['kind'] });

describe('a notification', () => {
  test('[WEB-101] of somebody who has left says so in the language of the page', () => {
    const left = of('session_cancelled', { with: 'Someone who has left' });
    expect(notificationWords(left, NOW, en, 'en')?.text).toContain('Someone who has left');
    expect(notificationWords(left, NOW, ko, 'ko')?.text).toContain('떠난 사람');
    expect(notificationWords(left, NOW, ko, 'ko')?.text).not.toContain('Someone');
  });

  test('[WEB-115] names the day of a start that is not today, and the time alone of one that is', () => {
    const day = 86_400_000;
    for (const kind of ['session_reminder', 'session_scheduled', 'session_rescheduled', 'session_cancelled']) {
      const said = (starts_at: number, language: 'en' | 'ko'): string => notificationWords(of(kind, { starts_at }), NOW, LANGUAGES_OF_PAGES[language], language)?.text ?? '';
      const [today, later] = [said(NOW + 60_000, 'en'), said(NOW + 2 * day, 'en')];
      expect(today, kind).not.toContain('November');
      expect(later, kind).toContain('November 16');
      expect(later, kind).not.toMatch(/at \u2068?November/);
      expect(said(NOW + 2 * day, 'ko'), kind).toContain('11월 16일');
    }
    const cancelled = notificationWords(of('session_cancelled', { starts_at: NOW + 2 * day }), NOW, LANGUAGES_OF_PAGES.en, 'en');
    expect(cancelled?.text).toContain(' on \u2068November 16 at ');
    expect(notificationWords(of('session_cancelled'), NOW, LANGUAGES_OF_PAGES.en, 'en-GB')?.text).toMatch(/ at \u2068\d\d:\d\d\u2069 was/);
  });

  test.each(LANGUAGES)('[WEB-93] of every kind has words of its own in %s, and leads to where it concerns', (locale, words) => {
    const said = KINDS.map(([kind, href]) => {
      const found = notificationWords(of(kind), NOW, words, locale);
      expect(found?.href, kind).toBe(href);
      if (kind !== 'gift_received') expect(found?.text, kind).toContain('Bo');
      return found?.text;
    });
    expect(new Set(said).size).toBe(KINDS.length);
    expect(said.join()).not.toMatch(/!|undefined|null/);
  });

  test('[WEB-93] without a name or a session still says something, and what is over or unknown says nothing', () => {
    const { session_id: _, with: __, ...bare } = ONE;
    const message = notificationWords({ ...bare, kind: 'message_unread' }, NOW, en, 'en');
    expect(message).toEqual({ text: en.notifications.message_unread(en.notifications.somebody), href: './' });
    for (const kind of ['session_reminder', 'session_scheduled']) expect(notificationWords(of(kind, { starts_at: NOW }), NOW, en, 'en'), kind).toBeNull();
    expect(notificationWords(of('of_next_year'), NOW, en, 'en')).toBeNull();
  });
});

describe('the news of a person', () => {
  function news(): { news: News; marked: string[] } {
    const marked: string[] = [];
    const scheduler: Pick<SchedulerClient, 'markNotificationRead' | 'markAllNotificationsRead'> = {
      markNotificationRead: async (_, id) => marked.push(id),
      markAllNotificationsRead: async () => marked.push('all'),
    };
    return { news: new News(scheduler), marked };
  }
  const ids = ({ unread }: News): string[] => unread.map(({ id }) => id);

  test('[WEB-94] is what they have not read, newest first and each once', () => {
    const { news: model } = news();
    for (const one of [ONE, { ...ONE, id: 'n2', created_at: NOW }, ONE, { ...ONE, id: 'n3', read_at: NOW }]) model.add(one);
    expect(ids(model)).toEqual(['n2', 'n1']);
    model.add({ ...ONE, read_at: NOW });
    expect(ids(model), 'read elsewhere').toEqual(['n2']);
    for (let index = 0; index < 100; index += 1) model.add({ ...ONE, id: `m${index}`, created_at: NOW + index });
    expect(ids(model)).toHaveLength(50);
    expect(ids(model)[0]).toBe('m99');
  });

  test('[WEB-94] that is read stays away, also where a list under way still calls it unread', () => {
    const { news: model, marked } = news();
    model.add(ONE);
    model.markRead('n1');
    model.add(ONE);
    expect([ids(model), marked]).toEqual([[], ['n1']]);
  });

  test('[WEB-112] is read all at once, and what comes later is news again', () => {
    const { news: model, marked } = news();
    for (const id of ['n1', 'n2']) model.add({ ...ONE, id });
    model.markAllRead();
    model.add({ ...ONE, id: 'older', created_at: ONE.created_at - 1 });
    model.add({ ...ONE, id: 'n2' });
    expect([ids(model), marked]).toEqual([[], ['all']]);
    model.add({ ...ONE, id: 'later', created_at: NOW });
    expect(ids(model)).toEqual(['later']);
  });

  test('[WEB-113] can be marked as read together where there is more than one', () => {
    const drawn = (unread: readonly Notification[]): string => render(NewsList, { props: { news: { unread }, actions: { markRead: () => undefined, markAllRead: () => undefined }, now: NOW } }).body;
    expect(drawn([ONE, { ...ONE, id: 'n2' }])).toContain(words.notifications.readAll);
    expect(drawn([ONE])).not.toContain('news-read-all');
    expect(drawn([])).not.toContain(words.notifications.allRead);
  });

  test('[WEB-94] stands on the pages of a person with links, and each can be closed', () => {
    const { screen, props } = PERSON_SCENES['person-home']();
    const html = render(screen, { props }).body;
    expect(html.split('data-testid="news-item"')).toHaveLength(3);
    expect(html).toContain('href="./gifts"');
    expect(html).toContain(`aria-label="${words.notifications.close(words.notifications.gift_received)}"`);
    expect(html).toContain('aria-live="polite"');
  });
});
