/** The chat of a session for the screens. It outlives the call, and the call outlives it. */
import {
  ChatClient,
  TabStorage,
  emptyRoom,
  ticketSource,
  unread,
  type SocketStatus,
  type RoomState,
  type SchedulerClient,
  type ServerClock,
} from '@rendezvous/sdk';
import type { Opened } from './entry.ts';

/** "Is writing" is shown this long after the last sign of it (ms). */
const TYPING_SHOWN_MS = 4_000;

/** What the chat's panel is drawn from; the gallery provides it too. */
export interface ChatModel {
  readonly room: RoomState;
  readonly status: SocketStatus | 'refused';
  readonly typing: boolean;
  /** Written and not sent yet. It outlives the panel in which it is written, and not the page. */
  readonly draft: string;
}

export interface ChatActions {
  keepDraft(text: string): void;
  /** False when too many messages wait already. */
  write(body: string): boolean;
  retry(clientId: string): void;
  markRead(): void;
  loadOlder(): void;
  tellTyping(): void;
}

export class Conversation implements ChatModel, ChatActions {
  room = $state.raw<RoomState>(emptyRoom('', ''));
  status = $state.raw<SocketStatus | 'refused'>('connecting');
  typing = $state.raw(false);
  draft = $state.raw('');
  unread = $derived(unread(this.room));
  #client: ChatClient | null = null;
  #quiet: ReturnType<typeof setTimeout> | undefined;

  begin({ pass, booking }: Opened, scheduler: SchedulerClient, clock: ServerClock): void {
    const storage = new TabStorage(`rendezvous:${pass.sessionId}:chat:`);
    this.#client = new ChatClient({
      room: pass.roomId,
      me: pass.me,
      others: booking.participants.map(({ user_id }) => user_id).filter((id) => id !== pass.me),
      tickets: ticketSource(() => scheduler.roomTicket(pass.access), storage, 'ticket', clock),
      clock,
      storage,
      onChange: (room) => this.#changed(room),
      onStatus: (status) => (this.status = status),
      onRejected: () => (this.status = 'refused'),
      onTyping: () => this.#typing(),
    });
    this.#client.start();
  }

  keepDraft(text: string): void {
    this.draft = text;
  }

  write(body: string): boolean {
    return this.#client?.write(body) ?? false;
  }

  retry(clientId: string): void {
    this.#client?.retry(clientId);
  }

  markRead(): void {
    this.#client?.markRead();
  }

  loadOlder(): void {
    this.#client?.loadOlder();
  }

  tellTyping(): void {
    this.#client?.tellTyping();
  }

  reconnectNow(): void {
    this.#client?.reconnectNow();
  }

  stop(): void {
    this.#client?.stop();
  }

  #changed(room: RoomState): void {
    if (room.messages.length > this.room.messages.length) this.typing = false;
    this.room = room;
  }

  #typing(): void {
    this.typing = true;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => (this.typing = false), TYPING_SHOWN_MS);
  }
}
