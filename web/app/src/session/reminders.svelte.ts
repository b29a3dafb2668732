/** The scheduler's notifications for this participant. While the scheduler is down there are none. */
import type { Notification, SchedulerClient } from '@rendezvous/sdk';

/** Delay before the stream is reopened (ms). */
const REOPEN_DELAY_MS = 2_000;

/** Delay after a rejected request, 401 or 404 (ms). */
const REJECTED_DELAY_MS = 30_000;

export class Reminders {
  current = $state.raw<Notification | null>(null);
  readonly #abort = new AbortController();
  readonly #seen = new Set<string>();

  /** `onBookingChange` is called when the session was rescheduled or cancelled. */
  async listen(scheduler: SchedulerClient, access: string, sessionId: string, onBookingChange: () => void): Promise<void> {
    const handle = (notification: Notification): void => {
      if (this.#seen.has(notification.id) || (notification.session_id ?? sessionId) !== sessionId) return;
      this.#seen.add(notification.id);
      if (notification.kind === 'session_rescheduled' || notification.kind === 'session_cancelled') onBookingChange();
      if (notification.kind !== 'message_unread' && notification.read_at === undefined) this.#show(notification);
    };
    while (!this.#abort.signal.aborted) {
      const page = await scheduler.notifications(access).catch(() => null);
      for (const notification of [...(page?.items ?? [])].sort((a, b) => a.created_at - b.created_at)) handle(notification);
      const wait = await scheduler.notificationStream(access, handle, this.#abort.signal).then(
        () => REOPEN_DELAY_MS,
        (error: { status?: number }) => (error.status === 401 || error.status === 404 ? REJECTED_DELAY_MS : REOPEN_DELAY_MS),
      );
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  /** Also marks it as read, so that it doesn't reappear after a reload. */
  dismiss(scheduler: SchedulerClient, access: string): void {
    const read = this.current;
    this.current = null;
    if (read !== null) void scheduler.markNotificationRead(access, read.id).catch(() => undefined);
  }

  stop(): void {
    this.#abort.abort();
  }

  /** "The room is open" does not replace a reminder, which names the start time. */
  #show(notification: Notification): void {
    if (notification.kind === 'session_opened' && this.current !== null) return;
    this.current = notification;
  }
}
