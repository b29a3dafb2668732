/**
 * The scheduler's HTTP API as a participant uses it. Credentials go in the Authorization header, never in the URL; an `access` that is
 * null means that the cookie of a login is the credential.
 */
import type { ServerClock } from '../clock/server-clock.ts';
import type { JoinResponse, Notification, Page, SessionView, TicketResponse } from '../wire.generated.ts';
import { apiErrorFrom, bearer, requestJson, type RequestOptions } from './request.ts';
import { sseParser } from './sse.ts';

/** What a participant asks the scheduler. Each method rejects with an `ApiError`; `access` is what `join` gave, null with the cookie of a login. */
export class SchedulerClient {
  readonly #base: string;
  readonly #clock: ServerClock;
  readonly #credentials: 'same-origin' | 'omit';

  /** `credentials`: `omit` for a page that is not to act for whoever is logged in, as one in a frame. */
  constructor(base: string, clock: ServerClock, credentials: 'same-origin' | 'omit' = 'same-origin') {
    this.#base = base;
    this.#clock = clock;
    this.#credentials = credentials;
  }

  /** Exchanges the token from the fragment of a join link; with `application` only one of that application's. */
  join(token: string, application: string | null = null): Promise<JoinResponse> {
    return this.#json('POST', '/v1/join', { body: { token, ...(application === null ? {} : { application }) } });
  }

  /** The booking, with who came when, and how it ended. */
  session(access: string | null, id: string): Promise<SessionView> {
    return this.#json('GET', `/v1/sessions/${encodeURIComponent(id)}`, { access });
  }

  /** For `createSession`. */
  sessionTicket(access: string | null, id: string): Promise<TicketResponse> {
    return this.#json('POST', `/v1/sessions/${encodeURIComponent(id)}/ticket`, { access, body: {} });
  }

  /** For `createChat`: of every room that the credential reaches. */
  roomTicket(access: string | null): Promise<TicketResponse> {
    return this.#json('POST', '/v1/rooms/ticket', { access, body: {} });
  }

  /** After the end: what a participant thinks of the session, 1 to 5. It may be changed for a day. */
  async sendFeedback(access: string | null, id: string, feedback: { readonly score: number; readonly text?: string }): Promise<void> {
    await this.#json('POST', `/v1/sessions/${encodeURIComponent(id)}/feedback`, { access, body: feedback });
  }

  /** The newest of what the person was told. */
  notifications(access: string | null): Promise<Page<Notification>> {
    return this.#json('GET', '/v1/notifications', { access });
  }

  /** Also where the page goes elsewhere right after it. */
  markNotificationRead(access: string | null, id: string): Promise<unknown> {
    return this.#json('POST', `/v1/notifications/${encodeURIComponent(id)}/read`, { access, body: {}, keepalive: true });
  }

  /** All that are unread by then, those of further pages of the list among them. */
  markAllNotificationsRead(access: string | null): Promise<unknown> {
    return this.#json('POST', '/v1/notifications/read-all', { access, body: {} });
  }

  /**
   * Resolves when the stream ends. From `onOpen` on nothing is missed. Uses fetch because EventSource cannot send an Authorization
   * header.
   */
  async notificationStream(access: string | null, onNotification: (notification: Notification) => void, onOpen: () => void, abort: AbortSignal): Promise<void> {
    const response = await fetch(`${this.#base}/v1/notifications/stream`, {
      credentials: this.#credentials,
      headers: { ...bearer(access), accept: 'text/event-stream' },
      signal: abort,
    });
    if (!response.ok || response.body === null) throw await apiErrorFrom(response);
    onOpen();
    const parse = sseParser((data) => {
      const notification = asNotification(data);
      if (notification !== null) onNotification(notification);
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parse(value);
    }
  }

  #json<T>(method: string, path: string, options: Pick<RequestOptions, 'access' | 'body' | 'keepalive'>): Promise<T> {
    const sentAt = this.#clock.monotonicNow();
    return requestJson(method, this.#base + path, { ...options, credentials: this.#credentials, onDate: (date) => this.#clock.addDateHeader(sentAt, date) });
  }
}

function asNotification(data: string): Notification | null {
  try {
    const value = JSON.parse(data) as Partial<Notification>;
    return typeof value.id === 'string' && typeof value.kind === 'string' ? (value as Notification) : null;
  } catch {
    return null;
  }
}
