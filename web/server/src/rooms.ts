/** Chat rooms and matches: `rendezvous.rooms`, `rendezvous.matches`. */
import type { RevisionOptions } from './sessions.ts';
import { at, items } from './paging.ts';
import type { CallOptions, Transport } from './transport.ts';
import type { ChangeRoom, CreateMatch, CreateRoom, ListedRoom, Match, Room, Ticket } from './types.ts';

/** Chat rooms of your application: who is in them, and tickets for its own pages. */
export class Rooms {
  readonly #transport: Transport;

  /** @internal `Rendezvous` makes one. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Opens a room of 2 to 500 people; the first is its owner. */
  create(room: CreateRoom, options: CallOptions = {}): Promise<Room> {
    return this.#transport.send({ ...options, method: 'POST', path: '/v1/rooms', body: room, repeatable: 'key' });
  }

  /** A room with all who are in it. */
  get(id: string, options: CallOptions = {}): Promise<Room> {
    return this.#transport.send({ ...options, method: 'GET', path: at`/v1/rooms/${id}`, repeatable: 'yes' });
  }

  /** All rooms of your application, the newest first. */
  list(options: CallOptions = {}): AsyncGenerator<ListedRoom, void, undefined> {
    return items(this.#transport, '/v1/rooms', {}, options);
  }

  /** Names it, or takes its name. With a `revision` the change counts for that one alone. */
  change(id: string, change: ChangeRoom, { revision, ...options }: RevisionOptions = {}): Promise<Room> {
    const path = at`/v1/rooms/${id}`;
    const repeatable = revision === undefined ? 'yes' : 'no';
    return this.#transport.send({ ...options, method: 'PATCH', path, body: change, ifMatch: revision, repeatable });
  }

  /** It takes no more messages. */
  close(id: string, options: CallOptions = {}): Promise<void> {
    return this.#transport.send({ ...options, method: 'DELETE', path: at`/v1/rooms/${id}`, });
  }

  /** Whoever is in it already stays as they are. Fails with `room_full` above 500. */
  addMembers(id: string, participants: CreateRoom['participants'], options: CallOptions = {}): Promise<Room> {
    const path = at`/v1/rooms/${id}/members`;
    return this.#transport.send({ ...options, method: 'POST', path, body: { participants }, });
  }

  /** They are out, and read and write nothing there any more. */
  removeMember(id: string, userId: string, options: CallOptions = {}): Promise<void> {
    const path = at`/v1/rooms/${id}/members/${userId}`;
    return this.#transport.send({ ...options, method: 'DELETE', path, });
  }

  /** Lets your own front end into the chat as that person, with all of their rooms. */
  ticket(userId: string, options: CallOptions = {}): Promise<Ticket> {
    return this.#transport.send({ ...options, method: 'POST', path: '/v1/rooms/ticket', body: { user_id: userId }, repeatable: 'yes' });
  }
}

/** Pairs who may write to each other whether they have a session or not. */
export class Matches {
  readonly #transport: Transport;

  /** @internal `Rendezvous` makes one. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Matches two people, who can chat from then on. */
  create(match: CreateMatch, options: CallOptions = {}): Promise<Match> {
    return this.#transport.send({ ...options, method: 'POST', path: '/v1/matches', body: match, repeatable: 'key' });
  }
}
