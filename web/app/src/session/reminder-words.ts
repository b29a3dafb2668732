/** What a notification of the scheduler says on this page, and whether it still has anything to say. Pure. */
import type { Notification } from '@rendezvous/sdk';
import type { Words } from '../i18n/en.ts';
import { dateTime } from '../time.ts';
import type { Screen } from './screen.ts';

/** The screens outside of the room: inside it the page itself says what a reminder would. */
const OUTSIDE: ReadonlySet<Screen['screen']> = new Set(['loading', 'early', 'left']);

export interface ReminderContext {
  readonly screen: Screen['screen'];
  /** The session of this page, to which its notifications belong unless they name another one. */
  readonly sessionId: string | null;
  readonly peer: string;
  readonly startsAt: number;
  readonly now: number;
}

/** Null for what this page does not say, does not say here, or no longer. */
export function reminderWords(notification: Notification | null, context: ReminderContext, words: Words, locale: string): string | null {
  if (notification === null) return null;
  const { screen, sessionId, peer, now } = context;
  const isOurs = (notification.session_id ?? sessionId) === sessionId;
  if (isOurs && !OUTSIDE.has(screen)) return null;
  const startsAt = notification.starts_at ?? context.startsAt;
  const time = dateTime(startsAt, now, locale);
  switch (notification.kind) {
    case 'session_reminder':
      return now < startsAt ? words.reminder(notification.with ?? peer, time) : null;
    case 'session_opened':
      return words.roomOpened(notification.with ?? peer);
    case 'session_rescheduled':
      return words.moved(time);
    default:
      return null;
  }
}
