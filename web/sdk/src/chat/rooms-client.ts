/** The list of a person's rooms, kept up to date over a socket of its own. What is written in a room is `ChatClient`'s. */
import { ReconnectingSocket, type ConnectionRejection, type SocketStatus, type TicketSource } from '../socket/reconnecting-socket.ts';
import type { KeptValues } from '../storage.ts';
import type { Chat } from '../wire.generated.ts';
import { deviceIdOf } from './device-id.ts';
import { NO_ROOMS, applyToList, type RoomListState } from './room-list.ts';

/** What the list of a person's rooms needs, and whom it tells. */
export interface RoomsOptions {
  readonly tickets: TicketSource;
  /** Another one than that of an open room, which is a device of its own. */
  readonly storage: KeptValues;
  /** Called with each new state of the list. */
  readonly onChange: (state: RoomListState) => void;
  /** A room came, changed in more than its messages, or is no longer the person's. */
  readonly onMembership?: (frame: ({ type: 'room' } & Chat.RoomView) | ({ type: 'removed' } & Chat.Removed)) => void;
  /** Called with each change of the connection. */
  readonly onStatus?: (status: SocketStatus) => unknown;
  /** Called once, when nothing more is tried. */
  readonly onRejected?: (rejection: ConnectionRejection) => unknown;
}

/** The list of a person's rooms: the newest message of each, and how much is unread. */
export class RoomsClient {
  readonly #options: RoomsOptions;
  readonly #socket: ReconnectingSocket<Chat.ChatServerFrame>;
  #state: RoomListState = NO_ROOMS;
  #lastId = 0;
  readonly #asked = new Set<string>();

  constructor(options: RoomsOptions) {
    this.#options = options;
    this.#socket = new ReconnectingSocket({
      subprotocol: 'rendezvous.chat.v1',
      tickets: options.tickets,
      // Without cursors nothing is replayed: `welcome` counts anew.
      firstFrame: (ticket) => ({ type: 'hello', ticket, device_id: deviceIdOf(options.storage) }),
      ping: () => ({ type: 'ping' }),
      onFrame: (frame: Chat.ChatServerFrame) => this.#handleFrame(frame),
      onStatus: (status) => options.onStatus?.(status),
      onRejected: (rejection) => options.onRejected?.(rejection),
      onFrameRefused: () => undefined,
    });
  }

  /** Connects, and reconnects until `stop`. */
  start(): void {
    this.#socket.start();
  }

  /** Closes the connection; nothing is told any more. */
  stop(): void {
    this.#socket.stop();
  }

  /** After a change of the network that the browser does not report. */
  reconnectNow(): void {
    this.#socket.reconnectNow();
  }

  #handleFrame(frame: Chat.ChatServerFrame): void {
    if (frame.type === 'welcome') this.#asked.clear();
    if (frame.type === 'messages' && frame.room !== undefined) this.#asked.delete(frame.room);
    const before = this.#state;
    this.#state = applyToList(before, frame);
    if (this.#state !== before) this.#options.onChange(this.#state);
    if (frame.type === 'room' || frame.type === 'removed') this.#options.onMembership?.(frame);
    for (const room of this.#state.behind) this.#askForNewest(room);
  }

  #askForNewest(room: string): void {
    if (this.#asked.has(room)) return;
    this.#lastId += 1;
    if (this.#socket.send({ type: 'history', id: this.#lastId, room, limit: 1 })) this.#asked.add(room);
  }
}
