/**
 * The client of `GET /v1/chat` for one room. Messages written while chat is down are kept, also over a reload, and sent after the
 * reconnect. The server deduplicates by `client_id`, so resending is safe.
 */
import type { ServerClock } from '../clock/server-clock.ts';
import { ReconnectingSocket, type ConnectionRejection, type SocketStatus, type TicketSource } from '../socket/reconnecting-socket.ts';
import { jsonBytes, MAX_FRAME_BYTES } from '../socket/frame.ts';
import { RefusedFrames } from '../socket/refused-frames.ts';
import type { KeptValues } from '../storage.ts';
import { CLOSE_CODES, type Chat, type ErrorBody } from '../wire.generated.ts';
import { deviceIdOf } from './device-id.ts';
import {
  TOO_LARGE,
  applyChat,
  addPending,
  confirmSent,
  cursorOf,
  emptyChatRoom,
  markFailed,
  markSending,
  missingQuery,
  olderQuery,
  removePending,
  unreadCount,
  type ChatRoomState,
  type PendingMessage,
} from './state.ts';

export interface ChatClientOptions {
  /** Empty: the newest that the ticket reaches. */
  readonly room: string;
  /** Empty: whoever the ticket is of. */
  readonly me: string;
  /** Whose presence is asked for; undefined: the members' whom `welcome` names. */
  readonly others: readonly string[] | undefined;
  readonly tickets: TicketSource;
  readonly clock: ServerClock;
  readonly storage: KeptValues;
  readonly onChange: (state: ChatRoomState) => void;
  readonly onStatus: (status: SocketStatus) => unknown;
  readonly onRejected: (rejection: ConnectionRejection) => unknown;
  /** Called for every `typing` frame of another member. */
  readonly onTyping: (userId: string) => void;
  /** Called for every `message` frame of the room. */
  readonly onMessage?: (message: Chat.Message) => void;
}

/** Unacknowledged messages are resent at this interval (ms). */
const RESEND_AFTER_MS = 6_000;

/** Error codes after which the same message is resent. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set(['storage_unavailable', 'storage_full', 'rate_limited', 'quota_exceeded', 'internal', 'unavailable']);

/** A message is held back for this long at most (ms): beyond it the user decides. */
const MAX_HOLD_MS = 30_000;

/** Most rooms that a `welcome` names. */
const WELCOME_ROOMS = 100;

/** Minimum interval of `delivered` frames (ms). */
const DELIVERED_INTERVAL_MS = 250;

/** Minimum interval of `typing` frames (ms). */
const TYPING_INTERVAL_MS = 3_000;

export class ChatClient {
  readonly #options: ChatClientOptions;
  readonly #socket: ReconnectingSocket<Chat.ChatServerFrame>;
  #state: ChatRoomState;
  #lastId = 0;
  /** Client ids of unacknowledged `send` frames, by frame id. */
  readonly #pendingSends = new Map<number, string>();
  readonly #refused = new RefusedFrames<string>();
  /** The server's delay for messages, monotonic (ms). */
  #sendNotBefore = Number.NEGATIVE_INFINITY;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #historyRequest: number | null = null;
  /** The last gap query that was answered: if the gap is still there, repeating it would loop. */
  #answeredQuery = '';
  #requestedQuery = '';
  #resendTimer: ReturnType<typeof setInterval> | undefined;
  #deliveredTimer: ReturnType<typeof setTimeout> | undefined;
  #typingSentAt = Number.NEGATIVE_INFINITY;

  constructor(options: ChatClientOptions) {
    this.#options = options;
    this.#state = emptyChatRoom(options.room, options.me, options.storage.get<PendingMessage[]>('pending') ?? []);
    this.#socket = new ReconnectingSocket({
      subprotocol: 'rendezvous.chat.v1',
      tickets: options.tickets,
      firstFrame: (ticket) => this.#hello(ticket),
      ping: () => ({ type: 'ping' }),
      onFrame: (frame: Chat.ChatServerFrame) => this.#handleFrame(frame),
      onStatus: options.onStatus,
      onRejected: options.onRejected,
      onFrameRefused: (code) => this.#handleFrameRefused(code),
    });
  }

  start(): void {
    this.#socket.start();
    this.#options.onChange(this.#state);
    this.#resendTimer = setInterval(() => this.#sendPending(), RESEND_AFTER_MS);
  }

  stop(): void {
    clearInterval(this.#resendTimer);
    clearTimeout(this.#deliveredTimer);
    clearTimeout(this.#retryTimer);
    this.#socket.stop();
  }

  reconnectNow(): void {
    this.#socket.reconnectNow();
  }

  /** False if too many messages are pending. What is too large for the server is `failed` at once, and never sent. */
  send(body: string): boolean {
    if (this.#state.removed !== null) return false;
    const next = addPending(this.#state, crypto.randomUUID(), body, this.#options.clock.now());
    if (next === null) return false;
    this.#setState(next);
    const message = next.pending.at(-1);
    if (message?.state === 'sending') this.#sendMessage(message);
    return true;
  }

  retry(clientId: string): void {
    this.#setState(markSending(this.#state, clientId));
    const pending = this.#state.pending.find((one) => one.clientId === clientId);
    if (pending?.state === 'sending') this.#sendMessage(pending);
  }

  /** Takes a rejected message back: its text, to be edited; null if there is no such message. */
  takeBack(clientId: string): string | null {
    const failed = this.#state.pending.find((one) => one.clientId === clientId && one.state === 'failed');
    if (failed === undefined) return null;
    this.#setState(removePending(this.#state, clientId));
    return failed.body;
  }

  /** Takes a sent message back, from everybody; false where chat does not hear it. That it is done a `deleted` frame says. */
  deleteMessage(seq: number): boolean {
    this.#lastId += 1;
    return this.#socket.send({ type: 'delete', id: this.#lastId, room: this.#state.room, seq });
  }

  /** Moves the read position to the newest message, unless that is not loaded. */
  markRead(): void {
    const { room, messages, lastSeq } = this.#state;
    if (unreadCount(this.#state) === 0 || messages.at(-1)?.seq !== lastSeq) return;
    if (this.#socket.send({ type: 'read', room, seq: lastSeq })) {
      this.#setState(applyChat(this.#state, { type: 'read', room, user_id: this.#state.me, seq: lastSeq }));
    }
  }

  loadOlder(): void {
    const query = olderQuery(this.#state);
    if (query !== null) this.#requestHistory(query);
  }

  sendTyping(): void {
    const now = this.#options.clock.monotonicNow();
    if (now - this.#typingSentAt < TYPING_INTERVAL_MS) return;
    this.#typingSentAt = now;
    this.#socket.send({ type: 'typing', room: this.#state.room });
  }

  #hello(ticket: string): Chat.ChatClientFrame {
    const cursor = cursorOf(this.#state);
    return {
      type: 'hello',
      ticket,
      device_id: deviceIdOf(this.#options.storage),
      cursors: cursor === null ? undefined : { [this.#state.room]: cursor },
    };
  }

  #handleFrame(frame: Chat.ChatServerFrame): void {
    if (frame.type === 'welcome') this.#adopt(frame);
    if (frame.type === 'sent') this.#handleSent(frame);
    else if (frame.type === 'error') this.#handleError(frame);
    else if (frame.type === 'typing') this.#handleTyping(frame);
    else this.#setState(applyChat(this.#state, frame));
    if (frame.type === 'welcome') this.#handleWelcome(frame);
    if (frame.type === 'messages') this.#handleHistory();
    if (frame.type === 'heads') this.#answeredQuery = '';
    if (frame.type === 'message' && frame.room === this.#state.room) {
      if (frame.from !== this.#state.me) this.#scheduleDelivered();
      this.#options.onMessage?.(frame);
    }
    this.#requestMissing();
  }

  /** Who did not say which room, or who they are, is told. */
  #adopt({ user_id, rooms }: Chat.Welcome): void {
    const { room, me } = this.#state;
    if (room === '' || me === '') this.#state = { ...this.#state, room: room || (rooms[0]?.room ?? ''), me: me || user_id };
  }

  /** Throttled: a recovery may bring hundreds of messages. */
  #scheduleDelivered(): void {
    if (this.#deliveredTimer !== undefined) return;
    this.#deliveredTimer = setTimeout(() => {
      this.#deliveredTimer = undefined;
      const { room, messages } = this.#state;
      const seq = messages.at(-1)?.seq;
      if (seq !== undefined) this.#socket.send({ type: 'delivered', room, seq });
    }, DELIVERED_INTERVAL_MS);
  }

  #handleWelcome(frame: Chat.Welcome): void {
    this.#historyRequest = null;
    this.#answeredQuery = '';
    this.#pendingSends.clear();
    const found = frame.rooms.some(({ room }) => room === this.#state.room);
    if (found) this.#sendPending();
    // While this page was away: `welcome` names at most so many rooms.
    else if (this.#state.epoch !== null && frame.rooms.length < WELCOME_ROOMS) this.#setState(applyChat(this.#state, { type: 'removed', room: this.#state.room, reason: 'removed' }));
    const users = this.#options.others ?? this.#state.members.map(({ user_id }) => user_id).filter((id) => id !== this.#state.me);
    if (users.length === 0) return;
    this.#lastId += 1;
    this.#socket.send({ type: 'presence', id: this.#lastId, users, subscribe: true });
  }

  #handleSent(frame: Chat.Sent): void {
    const clientId = this.#pendingSends.get(Number(frame.id));
    this.#pendingSends.delete(Number(frame.id));
    if (clientId !== undefined) this.#setState(confirmSent(this.#state, clientId, frame));
  }

  #handleError(frame: ErrorBody): void {
    const id = Number(frame.id);
    if (id === this.#historyRequest) this.#historyRequest = null;
    const clientId = this.#pendingSends.get(id);
    this.#pendingSends.delete(id);
    if (clientId === undefined) return;
    const { code, reason, retry_after_ms: retryAfterMs } = frame;
    const retried = TRANSIENT_CODES.has(code) && (retryAfterMs ?? 0) <= MAX_HOLD_MS;
    if (retried) return this.#holdMessages(retryAfterMs ?? 0);
    const retryAt = retryAfterMs === undefined ? undefined : this.#options.clock.now() + retryAfterMs;
    this.#setState(markFailed(this.#state, clientId, { code, reason, retryAt }));
  }

  #holdMessages(delayMs: number): void {
    if (delayMs === 0) return;
    this.#sendNotBefore = this.#options.clock.monotonicNow() + delayMs;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#sendPending(), delayMs);
  }

  /** Messages that the server would not take wait for the user, also over a reload. */
  #handleFrameRefused(code: number): void {
    const inFlight = new Set(this.#pendingSends.values());
    const sent = new Map(this.#state.pending.filter(({ clientId }) => inFlight.has(clientId)).map((one) => [one.clientId, one]));
    const refusal = code === CLOSE_CODES.too_large ? TOO_LARGE : { code: 'malformed' };
    for (const clientId of this.#refused.blame(code, sent)) this.#setState(markFailed(this.#state, clientId, refusal));
  }

  #handleTyping({ room, user_id }: Chat.TypingBy): void {
    if (room === this.#state.room && user_id !== this.#state.me) this.#options.onTyping(user_id);
  }

  #requestMissing(): void {
    const query = missingQuery(this.#state);
    if (query !== null && JSON.stringify(query) !== this.#answeredQuery) this.#requestHistory(query);
  }

  #handleHistory(): void {
    this.#historyRequest = null;
    this.#answeredQuery = this.#requestedQuery;
  }

  #requestHistory(query: Omit<Chat.History, 'room'>): void {
    if (this.#historyRequest !== null) return;
    this.#lastId += 1;
    this.#requestedQuery = JSON.stringify(query);
    if (this.#socket.send({ type: 'history', id: this.#lastId, room: this.#state.room, ...query })) this.#historyRequest = this.#lastId;
  }

  #sendPending(): void {
    if (this.#state.removed !== null) return;
    for (const pending of this.#state.pending) if (pending.state === 'sending') this.#sendMessage(pending);
  }

  #sendMessage({ clientId, body }: PendingMessage): void {
    if (this.#options.clock.monotonicNow() < this.#sendNotBefore) return;
    this.#lastId += 1;
    const frame = { type: 'send', id: this.#lastId, room: this.#state.room, client_id: clientId, body };
    // Escapes can make a frame too large whose text is not.
    if (jsonBytes(frame) > MAX_FRAME_BYTES) return this.#setState(markFailed(this.#state, clientId, TOO_LARGE));
    if (!this.#socket.send(frame)) return;
    for (const [id, earlier] of this.#pendingSends) if (earlier === clientId) this.#pendingSends.delete(id);
    this.#pendingSends.set(this.#lastId, clientId);
  }

  #setState(state: ChatRoomState): void {
    const pendingChanged = state.pending !== this.#state.pending;
    this.#state = state;
    if (pendingChanged) this.#options.storage.set('pending', state.pending);
    this.#options.onChange(state);
  }
}
