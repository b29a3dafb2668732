/** What a person may choose of their notifications, and what is sent of it. */
import type { NotificationKind } from '@rendezvous/client';
import { render } from 'svelte/server';
import { describe, expect, test } from 'vitest';
import { USER } from '../gallery/person-scenes.ts';
import NotifySection from '../src/components/account/NotifySection.svelte';
import { words } from '../src/i18n/index.ts';
import { KIND_GROUPS, chosenGroups, chosenKinds } from '../src/person/notification-kinds.ts';
import { textOf } from './rendered.ts';

const EVERY = { start: true, change: true, proposal: true, gift: true, message: true };

function drawn(notify: Partial<typeof USER.notify>, email_verified = true): string {
  const { quiet: _, ...rest } = USER.notify;
  return render(NotifySection, { props: { user: { ...USER, email_verified, notify: { ...rest, ...notify } }, actions: { change: async () => undefined } } }).body;
}

/** Whether the switch of a field is on. */
const isOn = (html: string, field: string): boolean => / checked/.test(new RegExp(`<input[^>]*name="${field}"[^>]*>`).exec(html)?.[0] ?? '');

describe('the kinds of notifications', () => {
  test('[WEB-110] that nobody chose are all, and so is the choice of every one', () => {
    expect(chosenGroups(undefined)).toEqual(EVERY);
    expect(chosenKinds(undefined, EVERY)).toBeNull();
    expect(chosenKinds([], EVERY)).not.toBeNull();
    const without = chosenKinds(undefined, { ...EVERY, gift: false });
    expect(without).not.toContain('gift_received');
    expect(without).not.toContain('match_created');
    expect(without).toContain('session_missed');
    expect(chosenGroups(without ?? [])).toEqual({ ...EVERY, gift: false });
    expect(chosenKinds(without ?? [], EVERY)).toBeNull();
  });

  test('[WEB-110] that were chosen in part, elsewhere, stay so until their group is touched', () => {
    const part: NotificationKind[] = ['session_reminder', 'message_unread'];
    const groups = chosenGroups(part);
    expect(groups).toEqual({ start: false, change: false, proposal: false, gift: false, message: true });
    expect(chosenKinds(part, groups)).toEqual(part);
    expect(chosenKinds(part, { ...groups, start: true })).toEqual(['session_reminder', 'session_opened', 'message_unread']);
    expect(chosenKinds(part, { ...groups, message: false })).toEqual(['session_reminder']);
  });
});

describe('the section of notifications', () => {
  test('[WEB-111] shows the ways, the kinds and the quiet hours as they were chosen', () => {
    const html = drawn({ email: true, push: false, kinds: ['message_unread'], quiet: { from: '23:30', to: '07:00' } });
    expect(isOn(html, 'notify-email')).toBe(true);
    expect(isOn(html, 'notify-push')).toBe(false);
    expect(KIND_GROUPS.filter((group) => isOn(html, `notify-kind-${group}`))).toEqual(['message']);
    expect(html).toContain('value="23:30"');
    expect(html).toContain(words.person.quietHint);
    expect(html.match(/<legend/g)).toHaveLength(3);
    expect(textOf(html, 'notify-language')).toContain('Europe/Madrid');
  });

  test('[WEB-111] offers pushes to this browser while they are wanted, beside the form and not within it', () => {
    const push = { state: 'off' as const, allow: async () => undefined };
    const offered = (wanted: boolean): string => render(NotifySection, { props: { user: { ...USER, notify: { ...USER.notify, push: wanted } }, actions: { change: async () => undefined }, push } }).body;
    expect(offered(false)).not.toContain('push-opt-in');
    const html = offered(true);
    expect(html.indexOf('push-opt-in')).toBeGreaterThan(-1);
    expect(html.indexOf('push-opt-in')).toBeLessThan(html.indexOf('<form'));
  });

  test('[WEB-116] says that a link has turned mails off, and since when, until they are turned on', () => {
    const stopped = { email: false, email_stopped_at: Date.UTC(2027, 0, 16, 12) };
    const html = drawn(stopped);
    expect(textOf(html, 'notify-stopped')).toContain('January 16, 2027');
    expect(isOn(html, 'notify-email')).toBe(false);
    expect(html, 'it can be turned on').not.toMatch(/<input[^>]*disabled[^>]*name="notify-email"/);
    expect(drawn({ email: false }), 'by their own choice').not.toContain('notify-stopped');
    expect(drawn({ ...stopped, email: true })).not.toContain('notify-stopped');
  });

  test('[WEB-111] asks for no hours where there are none, and says when mails wait for the address', () => {
    expect(drawn({})).not.toContain('type="time"');
    expect(drawn({}, false)).toContain(words.person.notifyUnverified);
    expect(drawn({})).not.toContain(words.person.notifyUnverified);
    expect(drawn({ email: false }, false)).not.toContain(words.person.notifyUnverified);
  });
});
