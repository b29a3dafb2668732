/** What a notification of the scheduler says on this page, and whether it still has anything to say. Pure. */
import type { Notification } from '@rendezvous/client';
import type { Words } from '../i18n/en.ts';
import { notificationWords } from '../notification-words.ts';
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
  // A notification of this session may leave out what the page knows.
  const whole = { starts_at: context.startsAt, with: peer, ...notification };
  return notificationWords(isOurs ? whole : notification, now, words, locale)?.text ?? null;
}
