/** What a notification of the scheduler says, and the page that it leads to. Pure. */
import type { Notification } from '@rendezvous/client';
import type { Words } from './i18n/en.ts';
import { shownName } from './person/shown-name.ts';
import { dateTime } from './time.ts';

export interface NotificationWords {
  readonly text: string;
  /** Relative to where the app lies. */
  readonly href: string;
}

/** Null for a kind that this page does not know, and for what is over. */
export function notificationWords(notification: Notification, now: number, words: Words, locale: string): NotificationWords | null {
  const { session_id: sessionId, starts_at: startsAt = 0 } = notification;
  const name = shownName(notification.with ?? words.notifications.somebody, words);
  const time = dateTime(startsAt, now, locale);
  const session = sessionId === undefined ? './' : `./session/${encodeURIComponent(sessionId)}`;
  // A page may be older than the scheduler: what it does not know is no error.
  switch (notification.kind as string) {
    case 'session_reminder':
      return now < startsAt ? { text: words.reminder(name, time), href: session } : null;
    case 'session_opened':
      return { text: words.roomOpened(name), href: session };
    case 'session_scheduled':
      return now < startsAt ? { text: words.notifications.session_scheduled(name, time), href: session } : null;
    case 'session_rescheduled':
      return { text: words.notifications.session_rescheduled(name, time), href: session };
    case 'session_cancelled':
      return { text: words.notifications.session_cancelled(name, time), href: session };
    case 'session_missed':
      return { text: words.notifications.session_missed(name, time), href: session };
    case 'match_created':
      return { text: words.notifications.match_created(name), href: './' };
    case 'gift_received':
      return { text: words.notifications.gift_received, href: './gifts' };
    case 'proposal_received':
      return { text: words.notifications.proposal_received(name), href: './' };
    case 'proposal_answered':
      return { text: words.notifications.proposal_answered(name), href: './' };
    case 'message_unread':
      return { text: unreadWords(notification, name, words), href: session };
    default:
      return null;
  }
}

/** Of a group its name is told, and of nobody in it. */
function unreadWords({ room_id: room, with: group }: Notification, name: string, words: Words): string {
  if (room === undefined) return words.notifications.message_unread(name);
  return group === undefined ? words.notifications.message_in_a_group : words.notifications.message_in_group(group);
}
