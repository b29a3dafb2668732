/**
 * The notifications of a participant, for however many tabs. A browser opens six connections to an origin over HTTP/1.1, and a stream
 * holds one for ever: so the tabs of one participant share a stream (Web Locks, BroadcastChannel), and all tabs of the browser have
 * three at most. Who gets none asks again and again by short requests.
 */
import type { Notification } from '../wire.generated.ts';
import type { ApiError } from './api-error.ts';
import type { SchedulerClient } from './client.ts';

/** Whose notifications are read, and who is told of them. */
export interface NotificationFeedOptions {
  readonly scheduler: Pick<SchedulerClient, 'notifications' | 'notificationStream'>;
  /** Null where the cookie of a login is the credential. */
  readonly access: string | null;
  /** Of the participant in the session: tabs with the same key share what they receive. No secret. */
  readonly key: string;
  /** May be called more than once for a notification. */
  readonly onNotification: (notification: Notification) => void;
}

/** Streams that the tabs of a browser hold together: half of its connections to an origin. */
const MAX_STREAMS = 3;

/** Delay before a stream that ended is reopened (ms). */
const REOPEN_MS = 2_000;

/** Delay after a rejected request, 401 or 404 (ms). */
const REJECTED_MS = 30_000;

/** Interval of requests without a stream, and the jitter on top (ms). */
const POLL_MS = 4_000;
const POLL_JITTER_MS = 2_000;

/** Notifications as they come, shared by the tabs of a participant. */
export class NotificationFeed {
  readonly #options: NotificationFeedOptions;
  readonly #abort = new AbortController();
  #channel: BroadcastChannel | null = null;
  #endDelay: () => void = () => undefined;

  constructor(options: NotificationFeedOptions) {
    this.#options = options;
  }

  /** Reads what is there, and what comes until `stop`. */
  start(): void {
    if (this.#abort.signal.aborted) return;
    const name = `rendezvous:notifications:${this.#options.key}`;
    // Pages without a secure context have no locks.
    const locks = navigator.locks as LockManager | undefined;
    if (locks === undefined) return void this.#pollAlone();
    this.#channel = new BroadcastChannel(name);
    // The tab that reads may be hidden, and its timers slow.
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && void this.#fetchList(), { signal: this.#abort.signal });
    this.#channel.onmessage = ({ data }: MessageEvent<Notification>) => this.#options.onNotification(data);
    void this.#fetchList();
    // The tabs of a participant wait in a queue: the first one reads for all.
    void locks.request(name, { signal: this.#abort.signal }, () => this.#read(locks)).catch(() => undefined);
  }

  /** Ends it for good: a stopped feed does not start again. */
  stop(): void {
    this.#abort.abort();
    this.#endDelay();
    this.#channel?.close();
    this.#channel = null;
  }

  async #read(locks: LockManager): Promise<void> {
    while (!this.#abort.signal.aborted) await this.#delay((await this.#streamIfFree(locks)) ?? (await this.#poll()));
  }

  async #pollAlone(): Promise<void> {
    while (!this.#abort.signal.aborted) await this.#delay(await this.#poll());
  }

  /** How long to wait before the next request (ms). */
  async #poll(): Promise<number> {
    return (await this.#fetchList()) ? POLL_MS + POLL_JITTER_MS * Math.random() : REJECTED_MS;
  }

  /** How long to wait before the next stream (ms); null if other tabs have all that there may be. */
  async #streamIfFree(locks: LockManager): Promise<number | null> {
    for (let index = 0; index < MAX_STREAMS; index += 1) {
      const waitMs = await locks.request(`rendezvous:stream:${index}`, { ifAvailable: true }, (lock) => (lock === null ? null : this.#stream()));
      if (waitMs !== null) return waitMs;
    }
    return null;
  }

  async #stream(): Promise<number> {
    const { scheduler, access } = this.#options;
    try {
      const publish = (notification: Notification): void => this.#publish(notification);
      await scheduler.notificationStream(access, publish, () => void this.#fetchList(), this.#abort.signal);
      return REOPEN_MS;
    } catch (error) {
      return isRejection(error) ? REJECTED_MS : REOPEN_MS;
    }
  }

  /** The newest ones, oldest first. False if the server rejects this access; while it is down the result is true. */
  async #fetchList(): Promise<boolean> {
    if (this.#abort.signal.aborted) return true;
    try {
      const { items } = await this.#options.scheduler.notifications(this.#options.access);
      for (const notification of [...items].sort((a, b) => a.created_at - b.created_at)) this.#publish(notification);
      return true;
    } catch (error) {
      return !isRejection(error);
    }
  }

  #publish(notification: Notification): void {
    if (this.#abort.signal.aborted) return;
    this.#options.onNotification(notification);
    this.#channel?.postMessage(notification);
  }

  /** Ends early at `stop`. */
  #delay(ms: number): Promise<void> {
    if (this.#abort.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endDelay = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function isRejection(error: unknown): boolean {
  const { status } = error as Partial<ApiError>;
  return status === 401 || status === 404;
}
