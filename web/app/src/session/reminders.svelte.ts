/** The scheduler's notifications for this participant. While the scheduler is down there are none. */
import type { Notification } from '@rendezvous/client';
import { NotificationFeed, type SchedulerClient } from '@rendezvous/client/scheduler';
import type { TabCredentials } from './join.ts';

export class Reminders {
  current = $state.raw<Notification | null>(null);
  #feed: NotificationFeed | null = null;
  #stopped = false;
  readonly #seen = new Set<string>();

  /** `onBookingChange` is called when the session was rescheduled or cancelled. */
  listen(scheduler: SchedulerClient, { access, sessionId, me }: TabCredentials, onBookingChange: () => void): void {
    if (this.#stopped) return;
    const handle = (notification: Notification): void => {
      if (this.#seen.has(notification.id) || (notification.session_id ?? sessionId) !== sessionId) return;
      this.#seen.add(notification.id);
      if (notification.kind === 'session_rescheduled' || notification.kind === 'session_cancelled') onBookingChange();
      if (notification.kind !== 'message_unread' && notification.read_at === undefined) this.#show(notification);
    };
    this.#feed = new NotificationFeed({ scheduler, access, key: `${sessionId}:${me}`, onNotification: handle });
    this.#feed.start();
  }

  /** Also marks it as read, so that it doesn't reappear after a reload. */
  dismiss(scheduler: SchedulerClient, access: string | null): void {
    const read = this.current;
    this.current = null;
    if (read !== null) void scheduler.markNotificationRead(access, read.id).catch(() => undefined);
  }

  /** For good: a tab whose session is over holds no stream. */
  stop(): void {
    this.#stopped = true;
    this.#feed?.stop();
  }

  /** "The room is open" does not replace a reminder, which names the start time. */
  #show(notification: Notification): void {
    if (notification.kind === 'session_opened' && this.current !== null) return;
    this.current = notification;
  }
}
