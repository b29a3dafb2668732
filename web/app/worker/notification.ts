/** What a push shows. Pure. */
import type { PushMessage } from '../../sdk/src/wire.generated.ts';

/** What a click on a notification needs to know. */
export interface NotificationData {
  /** The page that is opened, below the base of the app. */
  readonly path: string;
  readonly sessionId: string | null;
}

export interface ShownNotification {
  readonly title: string;
  readonly options: { readonly body: string; readonly lang: string; readonly tag: string; readonly data: NotificationData };
}

/** A push that can't be read shows something all the same: a browser ends subscriptions whose pushes show nothing. */
const UNREADABLE: ShownNotification = { title: 'Rendezvous', options: { body: '', lang: 'en', tag: 'unreadable', data: { path: '', sessionId: null } } };

/**
 * The time is said by the clock and in the zone of this device, as its languages write it. One that comes twice has the same tag, and
 * replaces the first.
 */
export function notificationOf(text: string, now: number, languages: readonly string[]): ShownNotification {
  const message = parsed(text);
  if (message === null) return UNREADABLE;
  const { id, title, lang, path, session_id: sessionId = null, starts_at: startsAt } = message;
  const body = startsAt === undefined ? '' : timeText(startsAt, now, languages.find((tag) => tag.split('-')[0] === lang) ?? lang);
  return { title, options: { body, lang, tag: id, data: { path, sessionId } } };
}

function parsed(text: string): PushMessage | null {
  try {
    const message = JSON.parse(text) as Partial<PushMessage>;
    const { id, title, lang, path } = message;
    return [id, title, lang, path].every((field) => typeof field === 'string') ? (message as PushMessage) : null;
  } catch {
    return null;
  }
}

/** The time alone where it is today. */
function timeText(at: number, now: number, locale: string): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  const day: Intl.DateTimeFormatOptions = isToday ? {} : { weekday: 'short', month: 'short', day: 'numeric' };
  return new Intl.DateTimeFormat(locale, { ...day, hour: 'numeric', minute: '2-digit' }).format(at);
}
