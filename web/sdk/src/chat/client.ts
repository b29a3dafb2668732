/**
 * A room over `GET /v1/chat`. What is written while chat is down is kept, over a reload too, and goes out when it is
 * back; the server drops repeats by `client_id`, so sending again is always right.
 */
import type { ServerClock } from '../clock/server-clock.ts';
import { ReconnectingSocket, type SocketStatus, type ConnectionRejection, type TicketSource } from '../socket/reconnecting-socket.ts';
import type { TabStorage } from '../storage.ts';
import type { Chat, ErrorBody } from '../wire.generated.ts';
import {
  applyChat,
  compose,
  confirmed,
  cursorOf,
  emptyRoom,
  missing,
  older,
  refused,
  tryAgain,
  unread,
  type Pending,
  type RoomState,
} from './state.ts';

export interface ChatOptions {
  readonly room: string;
  readonly me: string;
  readonly others: readonly string[];
  readonly tickets: TicketSource;
  readonly clock: ServerClock;
  readonly storage: TabStorage;
  readonly onChange: (state: RoomState) => void;
  readonly onStatus: (status: SocketStatus) => unknown;
  readonly onRejected: (rejection: ConnectionRejection) => unknown;
  /** Someone else is writing. */
  readonly onTyping: (userId: string) => void;
}

/** A message without an answer for this long is sent again (ms). */
const RESEND_AFTER_MS = 6_000;

/** Codes after which the same message may still get through. */
const PASSING: ReadonlySet<string> = new Set(['storage_unavailable', 'storage_full', 'rate_limited', 'internal', 'unavailable']);

/** How far messages have come is told at most this often (ms). */
const DELIVERED_EVERY_MS = 250;

/** "Writing" is told at most this often (ms). */
const TYPING_EVERY_MS = 3_000;

export class ChatClient {
  readonly #options: ChatOptions;
  readonly #socket: ReconnectingSocket<Chat.ChatServerFrame>;
  #state: RoomState;
  #lastId = 0;
  /** Which message each unanswered `send` was. */
  readonly #sends = new Map<number, string>();
  #history: number | null = null;
  /** The last query for a hole that was answered: asking it again at once would not help. */
  #answered = '';
  #asking = '';
  #resend: ReturnType<typeof setInterval> | undefined;
  #telling: ReturnType<typeof setTimeout> | undefined;
  #typedAt = Number.NEGATIVE_INFINITY;

  constructor(options: ChatOptions) {
    this.#options = options;
    this.#state = emptyRoom(options.room, options.me, options.storage.get<Pending[]>('pending') ?? []);
    this.#socket = new ReconnectingSocket({
      subprotocol: 'rendezvous.chat.v1',
      tickets: options.tickets,
      firstFrame: (ticket) => this.#hello(ticket),
      ping: () => ({ type: 'ping' }),
      onFrame: (frame: Chat.ChatServerFrame) => this.#received(frame),
      onStatus: options.onStatus,
      onRejected: options.onRejected,
    });
  }

  start(): void {
    this.#socket.start();
    this.#options.onChange(this.#state);
    this.#resend = setInterval(() => this.#sendPending(), RESEND_AFTER_MS);
  }

  stop(): void {
    clearInterval(this.#resend);
    clearTimeout(this.#telling);
    this.#socket.stop();
  }

  reconnectNow(): void {
    this.#socket.reconnectNow();
  }

  /** False when too many messages wait already. */
  write(body: string): boolean {
    const next = compose(this.#state, crypto.randomUUID(), body, this.#options.clock.now());
    if (next === null) return false;
    this.#set(next);
    const written = next.pending.at(-1);
    if (written !== undefined) this.#send(written);
    return true;
  }

  retry(clientId: string): void {
    this.#set(tryAgain(this.#state, clientId));
    const pending = this.#state.pending.find((one) => one.clientId === clientId);
    if (pending !== undefined) this.#send(pending);
  }

  /** Everything that is here was seen. */
  markRead(): void {
    const { room, messages, lastSeq } = this.#state;
    if (unread(this.#state) === 0 || messages.at(-1)?.seq !== lastSeq) return;
    if (this.#socket.send({ type: 'read', room, seq: lastSeq })) {
      this.#set(applyChat(this.#state, { type: 'read', room, user_id: this.#options.me, seq: lastSeq }));
    }
  }

  loadOlder(): void {
    const query = older(this.#state);
    if (query !== null) this.#ask(query);
  }

  tellTyping(): void {
    const now = this.#options.clock.monotonicNow();
    if (now - this.#typedAt < TYPING_EVERY_MS) return;
    this.#typedAt = now;
    this.#socket.send({ type: 'typing', room: this.#state.room });
  }

  #hello(ticket: string): Chat.ChatClientFrame {
    const cursor = cursorOf(this.#state);
    return {
      type: 'hello',
      ticket,
      device_id: this.#deviceId(),
      cursors: cursor === null ? undefined : { [this.#state.room]: cursor },
    };
  }

  #deviceId(): string {
    const known = this.#options.storage.get<string>('device');
    if (known !== null) return known;
    const fresh = crypto.randomUUID();
    this.#options.storage.set('device', fresh);
    return fresh;
  }

  #received(frame: Chat.ChatServerFrame): void {
    if (frame.type === 'sent') this.#sent(frame);
    else if (frame.type === 'error') this.#failed(frame);
    else if (frame.type === 'typing') this.#typing(frame);
    else this.#set(applyChat(this.#state, frame));
    if (frame.type === 'welcome') this.#welcomed(frame);
    if (frame.type === 'messages') this.#historyCame();
    if (frame.type === 'heads') this.#answered = '';
    if (frame.type === 'message' && frame.room === this.#state.room && frame.from !== this.#options.me) {
      this.#tellDelivered();
    }
    this.#askMissing();
  }

  /** One word for all that came in a while: a recovery may bring hundreds. */
  #tellDelivered(): void {
    if (this.#telling !== undefined) return;
    this.#telling = setTimeout(() => {
      this.#telling = undefined;
      const { room, messages } = this.#state;
      const seq = messages.at(-1)?.seq;
      if (seq !== undefined) this.#socket.send({ type: 'delivered', room, seq });
    }, DELIVERED_EVERY_MS);
  }

  #welcomed(frame: Chat.Welcome): void {
    this.#history = null;
    this.#answered = '';
    this.#sends.clear();
    if (frame.rooms.some(({ room }) => room === this.#state.room)) this.#sendPending();
    this.#lastId += 1;
    this.#socket.send({ type: 'presence', id: this.#lastId, users: this.#options.others, subscribe: true });
  }

  #sent(frame: Chat.Sent): void {
    const clientId = this.#sends.get(Number(frame.id));
    this.#sends.delete(Number(frame.id));
    if (clientId !== undefined) this.#set(confirmed(this.#state, clientId, frame));
  }

  #failed(frame: ErrorBody): void {
    const id = Number(frame.id);
    if (id === this.#history) this.#history = null;
    const clientId = this.#sends.get(id);
    this.#sends.delete(id);
    if (clientId !== undefined && !PASSING.has(frame.code)) this.#set(refused(this.#state, clientId));
  }

  #typing({ room, user_id }: Chat.TypingBy): void {
    if (room === this.#state.room && user_id !== this.#options.me) this.#options.onTyping(user_id);
  }

  #askMissing(): void {
    const query = missing(this.#state);
    if (query !== null && JSON.stringify(query) !== this.#answered) this.#ask(query);
  }

  #historyCame(): void {
    this.#history = null;
    this.#answered = this.#asking;
  }

  #ask(query: Omit<Chat.History, 'room'>): void {
    if (this.#history !== null) return;
    this.#lastId += 1;
    this.#asking = JSON.stringify(query);
    if (this.#socket.send({ type: 'history', id: this.#lastId, room: this.#state.room, ...query })) this.#history = this.#lastId;
  }

  #sendPending(): void {
    for (const pending of this.#state.pending) if (pending.state === 'sending') this.#send(pending);
  }

  #send({ clientId, body }: Pending): void {
    this.#lastId += 1;
    const sent = this.#socket.send({ type: 'send', id: this.#lastId, room: this.#state.room, client_id: clientId, body });
    if (!sent) return;
    for (const [id, earlier] of this.#sends) if (earlier === clientId) this.#sends.delete(id);
    this.#sends.set(this.#lastId, clientId);
  }

  #set(state: RoomState): void {
    const pendingChanged = state.pending !== this.#state.pending;
    this.#state = state;
    if (pendingChanged) this.#options.storage.set('pending', state.pending);
    this.#options.onChange(state);
  }
}
