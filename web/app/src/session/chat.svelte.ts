/** The chat of one room as Svelte state: a session's, independent of its call, or a group's. */
import {
  ChatClient,
  TabStorage,
  emptyChatRoom,
  ticketSource,
  unreadCount,
  type SocketStatus,
  type ChatRoomState,
  type SchedulerClient,
  type ServerClock,
} from '@rendezvous/sdk';

/** The typing indicator disappears this long after the last `typing` frame (ms). */
const TYPING_SHOWN_MS = 4_000;

/** The view model of the chat panel, provided by `Conversation` and by the gallery. */
export interface ChatModel {
  readonly room: ChatRoomState;
  readonly status: SocketStatus | 'refused';
  readonly typing: boolean;
  /** Text of the composer. Kept while panels are unmounted, lost on reload. */
  readonly draft: string;
}

/** The room, and who writes in it. */
export interface ChatPlace {
  readonly room: string;
  readonly me: string;
  /** Whose presence is shown. */
  readonly others: readonly string[];
  /** Of a page that came by a join link; null where the person is logged in. */
  readonly access: string | null;
  /** Under which what is unsent is kept. */
  readonly storageKey: string;
}

export interface ChatActions {
  setDraft(text: string): void;
  /** False if too many messages are pending. */
  send(body: string): boolean;
  retry(clientId: string): void;
  /** Puts the text of a rejected message back into the composer, before what stands there. */
  edit(clientId: string): void;
  /** Takes a sent message back, from everybody. */
  deleteMessage(seq: number): void;
  markRead(): void;
  loadOlder(): void;
  sendTyping(): void;
}

export class Conversation implements ChatModel, ChatActions {
  room = $state.raw<ChatRoomState>(emptyChatRoom('', ''));
  status = $state.raw<SocketStatus | 'refused'>('connecting');
  typing = $state.raw(false);
  draft = $state.raw('');
  unread = $derived(unreadCount(this.room));
  #client: ChatClient | null = null;
  #typingTimer: ReturnType<typeof setTimeout> | undefined;

  begin({ room, me, others, access, storageKey }: ChatPlace, scheduler: SchedulerClient, clock: ServerClock): void {
    const storage = new TabStorage(`rendezvous:${storageKey}:chat:`);
    this.#client = new ChatClient({
      room,
      me,
      others,
      tickets: ticketSource(() => scheduler.roomTicket(access), storage, 'ticket', clock),
      clock,
      storage,
      onChange: (room) => this.#handleChange(room),
      onStatus: (status) => (this.status = status),
      onRejected: () => (this.status = 'refused'),
      onTyping: () => this.#handleTyping(),
    });
    this.#client.start();
  }

  setDraft(text: string): void {
    this.draft = text;
  }

  send(body: string): boolean {
    return this.#client?.send(body) ?? false;
  }

  retry(clientId: string): void {
    this.#client?.retry(clientId);
  }

  edit(clientId: string): void {
    const body = this.#client?.takeBack(clientId) ?? null;
    if (body !== null) this.draft = this.draft === '' ? body : `${body}\n${this.draft}`;
  }

  deleteMessage(seq: number): void {
    this.#client?.deleteMessage(seq);
  }

  markRead(): void {
    this.#client?.markRead();
  }

  loadOlder(): void {
    this.#client?.loadOlder();
  }

  sendTyping(): void {
    this.#client?.sendTyping();
  }

  reconnectNow(): void {
    this.#client?.reconnectNow();
  }

  stop(): void {
    this.#client?.stop();
  }

  #handleChange(room: ChatRoomState): void {
    if (room.messages.length > this.room.messages.length) this.typing = false;
    this.room = room;
  }

  #handleTyping(): void {
    this.typing = true;
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => (this.typing = false), TYPING_SHOWN_MS);
  }
}
