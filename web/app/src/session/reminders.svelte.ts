/** What the scheduler tells this person while the page is open. A scheduler that is down costs the words, nothing else. */
import type { Notification, SchedulerClient } from '@rendezvous/sdk';

/** Waits between two streams (ms). */
const AGAIN_MS = 2_000;

/** A stream that has been refused is asked for seldom (ms). */
const REFUSED_AGAIN_MS = 30_000;

export class Reminders {
  current = $state.raw<Notification | null>(null);
  readonly #abort = new AbortController();
  readonly #seen = new Set<string>();

  /** `changed` is called when the booking itself is what was told. */
  async listen(scheduler: SchedulerClient, access: string, sessionId: string, changed: () => void): Promise<void> {
    const told = (notification: Notification): void => {
      if (this.#seen.has(notification.id) || (notification.session_id ?? sessionId) !== sessionId) return;
      this.#seen.add(notification.id);
      if (notification.kind === 'session_rescheduled' || notification.kind === 'session_cancelled') changed();
      if (notification.kind !== 'message_unread' && notification.read_at === undefined) this.#show(notification);
    };
    while (!this.#abort.signal.aborted) {
      const page = await scheduler.notifications(access).catch(() => null);
      for (const notification of [...(page?.items ?? [])].sort((a, b) => a.created_at - b.created_at)) told(notification);
      const wait = await scheduler.notificationStream(access, told, this.#abort.signal).then(
        () => AGAIN_MS,
        (error: { status?: number }) => (error.status === 401 || error.status === 404 ? REFUSED_AGAIN_MS : AGAIN_MS),
      );
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  /** Put away, here and after a reload. */
  dismiss(scheduler: SchedulerClient, access: string): void {
    const read = this.current;
    this.current = null;
    if (read !== null) void scheduler.markNotificationRead(access, read.id).catch(() => undefined);
  }

  stop(): void {
    this.#abort.abort();
  }

  /** "The room is open" does not push away the words that name the time. */
  #show(notification: Notification): void {
    if (notification.kind === 'session_opened' && this.current !== null) return;
    this.current = notification;
  }
}
