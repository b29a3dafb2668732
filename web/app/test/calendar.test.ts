/** The address of a person's calendar as it is drawn. */
import { render } from 'svelte/server';
import { describe, expect, test } from 'vitest';
import CalendarSection from '../src/components/account/CalendarSection.svelte';
import { words } from '../src/i18n/index.ts';
import { textOf } from './rendered.ts';

const count = (html: string, testId: string): number => html.split(`data-testid="${testId}"`).length - 1;

describe('the calendar of a person', () => {
  const actions = { createCalendar: async () => 'x', revokeCalendar: async () => undefined };

  test('[WEB-97] has an address that is shown once it is made, to be copied, and can be revoked', () => {
    const [none, one] = [null, 'https://meet.example/c/secret.ics'].map((url) => render(CalendarSection, { props: { actions, url } }).body) as [string, string];
    expect([count(none, 'calendar-url'), count(none, 'revoke-calendar')]).toEqual([0, 1]);
    expect(textOf(none, 'make-calendar')).toBe(words.person.makeCalendar);
    expect(one).toContain('value="https://meet.example/c/secret.ics"');
    expect(one).not.toContain('href="https://meet.example/c/secret.ics"');
    expect([count(one, 'calendar-url-copy'), count(one, 'revoke-calendar')]).toEqual([1, 1]);
    expect(textOf(one, 'make-calendar')).toBe(words.person.makeCalendarAgain);
  });
});
