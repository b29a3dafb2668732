/** The notifications that a person has not read, and how they come to be read. While the scheduler is down there are no new ones. */
import type { Notification } from '@rendezvous/client';
import type { SchedulerClient } from '@rendezvous/client/scheduler';

/** What the pages of a person draw, provided by `News` and by the gallery. */
export interface NewsModel {
  /** Unread, newest first. */
  readonly unread: readonly Notification[];
}

export interface NewsActions {
  /** Takes it off the page at once. */
  markRead(id: string): void;
  /** Also those that are too many to be kept here. */
  markAllRead(): void;
}

/** No more than these are kept of what came: the newest (notifications). */
const MAX_KEPT = 50;

export class News implements NewsModel, NewsActions {
  unread = $state.raw<readonly Notification[]>([]);
  readonly #scheduler: Pick<SchedulerClient, 'markNotificationRead' | 'markAllNotificationsRead'>;
  /** Ids that were read on this page: a list that was under way may still call them unread. */
  readonly #read = new Set<string>();
  /** Whatever was sent until then was read on this page. */
  #allReadTo = 0;

  constructor(scheduler: Pick<SchedulerClient, 'markNotificationRead' | 'markAllNotificationsRead'>) {
    this.#scheduler = scheduler;
  }

  /** May be called more than once for a notification. */
  add(notification: Notification): void {
    const others = this.unread.filter(({ id }) => id !== notification.id);
    const isUnread = notification.read_at === undefined && !this.#read.has(notification.id) && notification.created_at > this.#allReadTo;
    const all = isUnread ? [notification, ...others] : others;
    this.unread = all.sort((one, other) => other.created_at - one.created_at).slice(0, MAX_KEPT);
  }

  markRead(id: string): void {
    this.#read.add(id);
    this.unread = this.unread.filter((one) => one.id !== id);
    void this.#scheduler.markNotificationRead(null, id).catch(() => undefined);
  }

  markAllRead(): void {
    this.#allReadTo = this.unread[0]?.created_at ?? this.#allReadTo;
    this.unread = [];
    void this.#scheduler.markAllNotificationsRead(null).catch(() => undefined);
  }
}
