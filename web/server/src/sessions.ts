/** Bookings: `rendezvous.sessions`. */
import { at, items } from './paging.ts';
import type { CallOptions, Transport } from './transport.ts';
import type { BookSession, ChangeSession, Delivery, RenewedLink, Session, SessionQuery, Ticket, TimelineItem } from './types.ts';

/** Which revision is meant: a change to another one is refused with 412. */
export interface RevisionOptions extends CallOptions {
  /** The `revision` of the answer that you have looked at. */
  revision?: number;
}

/** Bookings: made, moved, looked after, and tickets for your own pages. */
export class Sessions {
  readonly #transport: Transport;

  /** @internal `Rendezvous` makes one. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Books a session of two people. Each of the answer's `participants` has a `join_url`. */
  book(session: BookSession, options: CallOptions = {}): Promise<Session> {
    return this.#transport.send({ ...options, method: 'POST', path: '/v1/sessions', body: session, repeatable: 'key' });
  }

  /** A booking as it stands: who came when, and how it ended. */
  get(id: string, options: CallOptions = {}): Promise<Session> {
    return this.#transport.send({ ...options, method: 'GET', path: at`/v1/sessions/${id}`, repeatable: 'yes' });
  }

  /** All of them by their start, or those that the query names. */
  list(query: SessionQuery = {}, options: CallOptions = {}): AsyncGenerator<Session, void, undefined> {
    return items(this.#transport, '/v1/sessions', query, options);
  }

  /** Moves a session, or changes what is named of it. */
  change(id: string, change: ChangeSession, { revision, ...options }: RevisionOptions = {}): Promise<Session> {
    const path = at`/v1/sessions/${id}`;
    return this.#transport.send({ ...options, method: 'PATCH', path, body: change, ifMatch: revision, repeatable: 'key' });
  }

  /** Calls it off, and tells both. With a `revision` only as that one stands. */
  cancel(id: string, { revision, ...options }: RevisionOptions = {}): Promise<Session> {
    const path = at`/v1/sessions/${id}/cancel`;
    return this.#transport.send({ ...options, method: 'POST', path, body: {}, ifMatch: revision, repeatable: 'key' });
  }

  /** Lets your own front end into the call as that person: give it to the page that you know is theirs. */
  ticket(id: string, userId: string, options: CallOptions = {}): Promise<Ticket> {
    const path = at`/v1/sessions/${id}/ticket`;
    return this.#transport.send({ ...options, method: 'POST', path, body: { user_id: userId }, repeatable: 'yes' });
  }

  /** Another join link; the one before, and what came of it, count no more. */
  renewLink(id: string, userId: string, options: CallOptions = {}): Promise<RenewedLink> {
    const path = at`/v1/sessions/${id}/participants/${userId}/renew-link`;
    return this.#transport.send({ ...options, method: 'POST', path, body: {}, });
  }

  /** What happened to it, in the order in which it happened. */
  timeline(id: string, options: CallOptions = {}): AsyncGenerator<TimelineItem, void, undefined> {
    return items(this.#transport, at`/v1/sessions/${id}/timeline`, {}, options);
  }

  /** Who was told what of it, and by which channel. */
  deliveries(id: string, options: CallOptions = {}): AsyncGenerator<Delivery, void, undefined> {
    return items(this.#transport, at`/v1/sessions/${id}/deliveries`, {}, options);
  }
}
