/** The backend of an application: books sessions over HTTP with its API key. */
import type { BookSession, SessionView, TicketResponse } from '../../sdk/src/wire.generated.ts';
import type { ParticipantPage } from './participant-page.ts';
import type { Stack } from './stack.ts';
import { until } from './waiting.ts';

/** Overrides of the default booking; `startsInMs` is relative to the services' time. */
export type BookingOverrides = Partial<BookSession> & { startsInMs: number };

export class Application {
  readonly #stack: Stack;
  readonly #key: string;
  #aheadMs = 0;

  private constructor(stack: Stack, key: string) {
    this.#stack = stack;
    this.#key = key;
  }

  static async of(stack: Stack, name = 'e2e'): Promise<Application> {
    return new Application(stack, await stack.createKey(name));
  }

  /** Books a session of Ann and Bo, with the lobby open from a minute before by default. */
  async book({ startsInMs, ...overrides }: BookingOverrides): Promise<Booking> {
    const id = crypto.randomUUID();
    const body: BookSession = {
      participants: [
        { external_id: `ann-${id}`, name: 'Ann' },
        { external_id: `bo-${id}`, name: 'Bo' },
      ],
      starts_at: Date.now() + this.#aheadMs + startsInMs,
      lobby_ms: 60_000,
      countdown_ms: 3_000,
      duration_ms: 8_000,
      remind_before_ms: [],
      ...overrides,
    };
    const session = await this.#call<SessionView>('POST', '/v1/sessions', body);
    const [ann, bo] = session.participants.map((one) => one.join_url);
    if (!ann || !bo) throw new Error('the booking has no join links');
    return { session, ann, bo };
  }

  /** How far the services are ahead of this machine (ms). */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  /** Moves the services' time forward; only on a stack with `--test-clock`. A page notices with its next measurement. */
  async advance(advanceMs: number): Promise<void> {
    await this.#call('POST', '/v1/test-clock', { advance_ms: advanceMs });
    this.#aheadMs += advanceMs;
  }

  /** Moves the services' time to an instant of theirs, unless it is over; the pages are told, so that their clocks agree. */
  async advanceTo(at: number, ...pages: readonly ParticipantPage[]): Promise<void> {
    const advanceMs = Math.floor(at - Date.now() - this.#aheadMs);
    if (advanceMs <= 0) return;
    await this.advance(advanceMs);
    await Promise.all(pages.map((page) => page.measuresTime()));
  }

  /** By which channels its people are told of something. */
  async useChannels(channels: readonly string[]): Promise<void> {
    await this.#call('PATCH', '/v1/application', { channels });
  }

  /** By which it is named in addresses. */
  async id(): Promise<string> {
    return (await this.#call<{ id: string }>('GET', '/v1/application')).id;
  }

  /** Whose pages may have its sessions in a frame. */
  async allowEmbedders(origins: readonly string[]): Promise<void> {
    await this.#call('PATCH', '/v1/application', { allowed_embedders: origins });
  }

  /** Whose pages may join with this application's tickets. */
  async allowOrigins(origins: readonly string[]): Promise<void> {
    await this.#call('PATCH', '/v1/application', { allowed_origins: origins });
  }

  /** For a page of the application's own. */
  async ticket(id: string, userId: string): Promise<TicketResponse> {
    return this.#call('POST', `/v1/sessions/${id}/ticket`, { user_id: userId });
  }

  async move(id: string, startsAt: number): Promise<void> {
    await this.#call('PATCH', `/v1/sessions/${id}`, { starts_at: startsAt });
  }

  async cancel(id: string): Promise<void> {
    await this.#call('POST', `/v1/sessions/${id}/cancel`, {});
  }

  async session(id: string): Promise<SessionView> {
    return this.#call('GET', `/v1/sessions/${id}`);
  }

  /** Waits until the scheduler's record says that the session has ended. */
  async ended(id: string, limitMs = 10_000): Promise<SessionView> {
    return until(
      'the record says ended',
      async () => {
        const session = await this.session(id).catch(() => undefined);
        return session?.state === 'ended' ? session : undefined;
      },
      limitMs,
    );
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.#stack.webUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }
}

export interface Booking {
  session: SessionView;
  ann: string;
  bo: string;
}
