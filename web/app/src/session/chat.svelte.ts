/** The chat of one room as Svelte state: a session's, independent of its call, or a group's. */
import type { ServerClock, SocketStatus } from '@rendezvous/client';
import { createChat, emptyChatRoom, type Chat, type ChatRoomState, type ChatSnapshot } from '@rendezvous/client/chat';
import type { SchedulerClient } from '@rendezvous/client/scheduler';

const NO_ROOM = emptyChatRoom('', '');

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
  #snapshot = $state.raw<ChatSnapshot | null>(null);
  room = $derived<ChatRoomState>(this.#snapshot?.room ?? NO_ROOM);
  status = $derived(this.#snapshot?.status ?? 'connecting');
  typing = $derived(this.#snapshot?.typing ?? false);
  unread = $derived(this.#snapshot?.unread ?? 0);
  draft = $state.raw('');
  #chat: Chat | null = null;

  begin({ room, me, others, access, storageKey }: ChatPlace, scheduler: SchedulerClient, clock: ServerClock): void {
    const chat = createChat({ room, me, others, ticket: () => scheduler.roomTicket(access), storageKey, clock });
    this.#chat = chat;
    this.#snapshot = chat.getSnapshot();
    chat.subscribe(() => (this.#snapshot = chat.getSnapshot()));
  }

  setDraft(text: string): void {
    this.draft = text;
  }

  send(body: string): boolean {
    return this.#chat?.send(body) ?? false;
  }

  retry(clientId: string): void {
    this.#chat?.retry(clientId);
  }

  edit(clientId: string): void {
    const body = this.#chat?.takeBack(clientId) ?? null;
    if (body !== null) this.draft = this.draft === '' ? body : `${body}\n${this.draft}`;
  }

  deleteMessage(seq: number): void {
    this.#chat?.deleteMessage(seq);
  }

  markRead(): void {
    this.#chat?.markRead();
  }

  loadOlder(): void {
    this.#chat?.loadOlder();
  }

  sendTyping(): void {
    this.#chat?.sendTyping();
  }

  reconnectNow(): void {
    this.#chat?.reconnectNow();
  }

  stop(): void {
    this.#chat?.close();
  }
}
