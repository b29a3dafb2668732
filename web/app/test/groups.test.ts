/** Groups as they are drawn, and as what a person does with them comes back. */
import type { GroupView, ListedGroup, Notification } from '@rendezvous/client';
import { GroupsClient } from '@rendezvous/client/scheduler';
import { render } from 'svelte/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { PERSON_SCENES } from '../gallery/person-scenes.ts';
import { en, type Words } from '../src/i18n/en.ts';
import { ko } from '../src/i18n/ko.ts';
import { words } from '../src/i18n/index.ts';
import { notificationWords } from '../src/notification-words.ts';
import { textOf } from './rendered.ts';
import { Groups } from '../src/person/groups.svelte.ts';

function drawn(name: keyof typeof PERSON_SCENES): string {
  const { screen, props } = PERSON_SCENES[name]();
  return render(screen, { props }).body;
}

const parts = (html: string, testId: string): string[] => html.split(`data-testid="${testId}"`).slice(1);
const has = (html: string, testId: string): boolean => html.includes(`data-testid="${testId}"`);

describe('a group', () => {
  const [owned, other] = parts(drawn('person-home-groups').split('data-testid="new-group"')[0] ?? '', 'group') as [string, string];

  test('[SCH-451] that one owns is named, filled and closed by its owner', () => {
    expect(parts(owned, 'member')).toHaveLength(3);
    expect(parts(owned, 'remove'), 'everybody but oneself').toHaveLength(2);
    expect(parts(owned, 'add').length, 'whoever is matched and not in it').toBeGreaterThan(0);
    for (const control of ['rename', 'open-leave', 'open-close']) expect(has(owned, control), control).toBe(true);
    expect(owned).toContain('Hiking on Sundays');
  });

  test('[SCH-451] of others says how many are in it, and who once that is asked for', () => {
    expect(other).toContain(words.groups.unnamed);
    expect(other).toContain(words.groups.members(12));
    expect([has(other, 'show-members'), has(other, 'member'), has(other, 'rename')]).toEqual([true, false, false]);
  });

  test('[SCH-451] is made of people whom one is matched with, and without any there is nothing to make', () => {
    const form = parts(drawn('person-home-groups'), 'new-group')[0] ?? '';
    expect(parts(form, 'choose')).toHaveLength(4);
    expect(has(drawn('person-home'), 'open-new-group')).toBe(true);
    expect(has(drawn('person-home-unconfirmed'), 'groups')).toBe(false);
  });

  test('[SCH-451] is spoken of in English and in Korean', () => {
    expect(Object.keys(ko.groups)).toEqual(Object.keys(en.groups));
    expect(JSON.stringify(ko.groups)).not.toMatch(/!/);
    expect(en.groups.members(1)).toBe('1 member');
  });
});

describe('the chat of a group', () => {
  test('[WEB-117] stands on its card with the newest message, who wrote it and what is unread, and all that is unread above', () => {
    const html = drawn('person-home-groups');
    const [owned, other] = parts(html, 'group') as [string, string];
    expect(textOf(owned, 'group-unread')).toBe('3');
    expect(owned).toContain('I bring tea.');
    expect(owned).toContain(words.groups.chatWithUnread(3));
    expect([has(other, 'group-unread'), has(other, 'group-last')], 'of which nothing is known yet').toEqual([false, false]);
    expect(html).toContain(words.groups.unread(3));
    expect(has(drawn('person-home'), 'groups-unread')).toBe(false);
  });

  test('[WEB-119] names who writes once in a run, and says of one’s own how many have not read it', () => {
    const html = drawn('person-home-group-chat');
    expect(parts(html, 'chat-sender')).toHaveLength(2);
    expect(html).toContain(words.unreadMark);
    expect(html).toContain(words.groups.here(1));
    expect(words.groups.notReadBy(2)).toBe('not read by 2 yet');
  });

  test('[WEB-118] says that one was taken out, and takes nothing more', () => {
    const html = drawn('person-home-group-removed');
    expect(textOf(html, 'chat-removed')).toBe(words.groups.removedFrom.removed);
    expect(html).toMatch(/<textarea[^>]*disabled/);
    expect(Object.keys(ko.groups.removedFrom)).toEqual(Object.keys(en.groups.removedFrom));
  });
});

describe('news of a group', () => {
  test('[SCH-453] says its name, and nobody’s', () => {
    const said = (group: string | undefined, language: Words): string | undefined => {
      const notification: Notification = { id: 'n', kind: 'message_unread', created_at: 1, room_id: 'g', ...(group === undefined ? {} : { with: group }) };
      return notificationWords(notification, 1, language, 'en')?.text;
    };
    expect(said('Hiking', en)).toBe('A message is waiting in Hiking.');
    expect(said('Hiking', ko)).toBe('Hiking에 새 글이 있어요.');
    expect(said(undefined, en)).toBe('A message is waiting in a group.');
  });
});

describe('what a person does with a group', () => {
  afterEach(() => vi.unstubAllGlobals());

  test('[SCH-452] shows at once, and a group that is left is there no more', async () => {
    const group: GroupView = { id: 'g', name: 'Hiking', members: [{ user_id: 'ann', name: 'Ann', role: 'owner' }], revision: 1 };
    let listed: ListedGroup[] = [];
    vi.stubGlobal('fetch', async (url: string, { method }: RequestInit) => {
      if (method === 'DELETE') listed = [];
      if (method === 'POST' && url === '/v1/rooms') listed = [{ id: 'g', member_count: 1, role: 'owner', revision: 1 }];
      const body = url === '/v1/rooms' && method === 'GET' ? { items: listed } : group;
      return method === 'DELETE' ? new Response(null, { status: 204 }) : new Response(JSON.stringify(body));
    });
    const groups = new Groups(new GroupsClient(''));
    await groups.make(['ann', 'bo'], '');
    expect(groups.groups).toHaveLength(1);
    expect(groups.opened['g']).toEqual(group);
    await groups.remove('g', 'ann');
    expect([groups.groups, groups.opened]).toEqual([[], {}]);
  });
});
