/** The scheduler, as an application's back end asks it. */
import { Matches, Rooms } from './rooms.ts';
import { Sessions } from './sessions.ts';
import { type Call, type CallOptions, type ClientOptions, Transport } from './transport.ts';
import type { Application, ChangeApplication } from './types.ts';
import { Webhooks } from './webhooks.ts';

/** The scheduler, by your application's key. Each method rejects with a `RendezvousError`. */
export class Rendezvous {
  /** Bookings: times at which two people meet. */
  readonly sessions: Sessions;
  /** Chat rooms of your application. */
  readonly rooms: Rooms;
  /** Pairs of people who may write to each other at any time. */
  readonly matches: Matches;
  /** Endpoints of yours that are posted what happens. */
  readonly webhooks: Webhooks;
  readonly #transport: Transport;

  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
    this.sessions = new Sessions(this.#transport);
    this.rooms = new Rooms(this.#transport);
    this.matches = new Matches(this.#transport);
    this.webhooks = new Webhooks(this.#transport);
  }

  /** What your application says of itself. */
  application(options: CallOptions = {}): Promise<Application> {
    return this.#transport.send({ ...options, method: 'GET', path: '/v1/application', repeatable: 'yes' });
  }

  /** Which pages may connect and embed, how people are told, how mails look. */
  changeApplication(change: ChangeApplication, options: CallOptions = {}): Promise<Application> {
    return this.#transport.send({ ...options, method: 'PATCH', path: '/v1/application', body: change, repeatable: 'yes' });
  }

  /** Any other route that takes your key. */
  request<Answer>(call: Call): Promise<Answer> {
    return this.#transport.send(call);
  }
}
