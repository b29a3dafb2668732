/** The chat of one room for a page: an observable state, events and methods around `ChatClient`. Framework-free. */
import { ServerClock } from '../clock/server-clock.ts';
import { Observable } from '../observable.ts';
import { ticketSource } from '../scheduler/tickets.ts';
import { refusalOf, type Refusal } from '../session/refusal.ts';
import { checkedTicket, type GetTicket } from '../session/ticket.ts';
import type { SocketStatus } from '../socket/reconnecting-socket.ts';
import { PageStorage, TabStorage } from '../storage.ts';
import type { Chat as ChatWire } from '../wire.generated.ts';
import { ChatClient } from './client.ts';
import { emptyChatRoom, unreadCount, type ChatRoomState } from './state.ts';

/** What a chat needs of its page. The ticket alone has to be given. */
export interface ChatOptions {
  /** Asks the page's own server for a chat ticket of this person. */
  readonly ticket: GetTicket;
  /** By default the newest room that the ticket reaches. */
  readonly room?: string;
  /** By default whoever the ticket is of. */
  readonly me?: string;
  /** Whose presence is shown; by default the members, where there are few. */
  readonly others?: readonly string[];
  /** What is not sent yet is kept over a reload of this tab under it. */
  readonly storageKey?: string;
  readonly clock?: ServerClock;
}

/** What a page shows of a chat. A change makes a new object. */
export interface ChatSnapshot {
  readonly room: ChatRoomState;
  /** `refused`: for good, see `refusal`. */
  readonly status: SocketStatus | 'refused';
  readonly refusal: Refusal | null;
  /** Somebody else is writing. */
  readonly typing: boolean;
  readonly unread: number;
}

/** What happens in a room while this page is there. */
export interface ChatEvents {
  /** One that came while this page was there, of oneself too. */
  message: ChatWire.Message;
  /** The person is no longer in the room, or it was closed. */
  removed: { readonly reason: ChatWire.RemovedReason };
  error: Refusal;
}

/** The typing indicator disappears this long after the last `typing` frame (ms). */
const TYPING_SHOWN_MS = 4_000;

/** Connects at once. */
export function createChat(options: ChatOptions): Chat {
  return new Chat(options);
}

/** The chat of one room: its state by `getSnapshot` and `subscribe`, its events by `on`. */
export class Chat extends Observable<ChatSnapshot, ChatEvents> {
  readonly clock: ServerClock;
  readonly #client: ChatClient;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;

  /** @internal `createChat` makes one. */
  constructor({ ticket, room = '', me = '', others, storageKey, clock = new ServerClock() }: ChatOptions) {
    super({ room: emptyChatRoom(room, me), status: 'connecting', refusal: null, typing: false, unread: 0 });
    this.clock = clock;
    const storage = storageKey === undefined ? new PageStorage() : new TabStorage(`rendezvous:${storageKey}:chat:`);
    this.#client = new ChatClient({
      room,
      me,
      others,
      tickets: ticketSource(checkedTicket(ticket), storage, 'ticket', clock),
      clock,
      storage,
      onChange: (state) => this.#handleChange(state),
      onStatus: (status) => this.update({ status }),
      onRejected: (rejection) => this.#handleRejection(refusalOf(rejection)),
      onTyping: () => this.#handleTyping(),
      onMessage: (message) => this.emit('message', message),
    });
    this.#client.start();
  }

  /** False if too many messages wait, or the room takes none any more. */
  send(body: string): boolean {
    return this.#client.send(body);
  }

  /** Sends a message again that was refused. */
  retry(clientId: string): void {
    this.#client.retry(clientId);
  }

  /** Takes a refused message back: its text, to be edited; null if there is no such message. */
  takeBack(clientId: string): string | null {
    return this.#client.takeBack(clientId);
  }

  /** Takes a sent message back, from everybody. */
  deleteMessage(seq: number): void {
    this.#client.deleteMessage(seq);
  }

  /** What is shown has been read. */
  markRead(): void {
    this.#client.markRead();
  }

  /** Reads the 50 messages before the oldest that is held; nothing at the beginning of the room, or while it reads. */
  loadOlder(): void {
    this.#client.loadOlder();
  }

  /** Tells the others that the person writes, at most every 3 s. Call it with each change of the text. */
  sendTyping(): void {
    this.#client.sendTyping();
  }

  /** After a change of the network that the browser does not report. */
  reconnectNow(): void {
    this.#client.reconnectNow();
  }

  /** The page goes, or takes the chat off. What was not sent yet is kept where there is a `storageKey`. */
  close(): void {
    clearTimeout(this.#typingTimer);
    this.#client.stop();
  }

  #handleChange(room: ChatRoomState): void {
    const before = this.getSnapshot();
    const typing = before.typing && room.messages.length === before.room.messages.length;
    this.update({ room, typing, unread: unreadCount(room) });
    if (room.removed !== null && before.room.removed === null) this.emit('removed', { reason: room.removed });
  }

  #handleRejection(refusal: Refusal): void {
    this.update({ status: 'refused', refusal });
    this.emit('error', refusal);
  }

  #handleTyping(): void {
    this.update({ typing: true });
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => this.update({ typing: false }), TYPING_SHOWN_MS);
  }
}
