/** What is written in a person's groups: the newest message and the unread ones of each, and the one that is open. */
import type { Chat, GroupView, ServerClock } from '@rendezvous/client';
import { NO_ROOMS, RoomsClient, unreadTotal, type RoomListState } from '@rendezvous/client/chat';
import { TabStorage, ticketSource, type SchedulerClient } from '@rendezvous/client/scheduler';
import { Conversation, type ChatActions, type ChatModel } from '../session/chat.svelte.ts';

/** Presence is asked for in groups of up to so many. */
const PRESENCE_MEMBERS = 20;

/** Texts that expire go while they are looked at (ms). */
const TICK_MS = 1_000;

export interface OpenGroupChat {
  readonly id: string;
  /** Undefined where the group has none. */
  readonly name: string | undefined;
  /** What its members are called, by their ids. */
  readonly members: ReadonlyMap<string, string>;
  readonly chat: ChatModel;
  readonly chatActions: ChatActions;
}

export interface GroupChatsModel {
  /** By the ids of the groups; those of which the chat has said nothing yet are absent. */
  readonly rooms: ReadonlyMap<string, Chat.RoomView>;
  /** Of all groups. */
  readonly unread: number;
  readonly open: OpenGroupChat | null;
  readonly now: number;
}

/** No-ops in the gallery. */
export interface GroupChatsActions {
  openChat(group: GroupView): void;
  closeChat(): void;
}

export class GroupChats implements GroupChatsModel, GroupChatsActions {
  #list = $state.raw<RoomListState>(NO_ROOMS);
  rooms = $derived<ReadonlyMap<string, Chat.RoomView>>(new Map([...(this.#list.rooms ?? [])].filter(([, { kind }]) => kind === 'group')));
  unread = $derived(unreadTotal({ ...this.#list, rooms: this.rooms }));
  open = $state.raw<OpenGroupChat | null>(null);
  now = $state.raw(0);
  readonly #scheduler: SchedulerClient;
  readonly #clock: ServerClock;
  readonly #onMembership: () => void;
  #me: string | null = null;
  #client: RoomsClient | null = null;
  #conversation: Conversation | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `onMembership`: a group came, changed, or is no longer the person's. */
  constructor(scheduler: SchedulerClient, clock: ServerClock, onMembership: () => void) {
    this.#scheduler = scheduler;
    this.#clock = clock;
    this.#onMembership = onMembership;
    this.now = clock.now();
  }

  /** Once somebody is logged in who has a group. */
  listen(me: string): void {
    if (this.#client !== null) return;
    this.#me = me;
    const storage = new TabStorage(`rendezvous:person:${me}:rooms:`);
    this.#client = new RoomsClient({
      tickets: ticketSource(() => this.#scheduler.roomTicket(null), storage, 'ticket', this.#clock),
      storage,
      onChange: (list) => (this.#list = list),
      onMembership: this.#onMembership,
    });
    this.#client.start();
  }

  openChat({ id, name, members }: GroupView): void {
    if (this.#me === null) return;
    this.closeChat();
    const me = this.#me;
    const others = members.map(({ user_id }) => user_id).filter((user) => user !== me);
    const conversation = new Conversation();
    conversation.begin({ room: id, me, others: others.length < PRESENCE_MEMBERS ? others : [], access: null, storageKey: `person:${me}:${id}` }, this.#scheduler, this.#clock);
    this.#conversation = conversation;
    this.open = { id, name, members: new Map(members.map((one) => [one.user_id, one.name])), chat: conversation, chatActions: conversation };
    this.now = this.#clock.now();
    this.#timer = setInterval(() => (this.now = this.#clock.now()), TICK_MS);
  }

  /** Names and members as they are by now; of a group that is not there any more, as they were. */
  update(groups: Readonly<Record<string, GroupView>>): void {
    const group = this.open === null ? undefined : groups[this.open.id];
    if (this.open === null || group === undefined) return;
    const members = new Map([...this.open.members, ...group.members.map((one) => [one.user_id, one.name] as const)]);
    this.open = { ...this.open, name: group.name, members };
  }

  closeChat(): void {
    clearInterval(this.#timer);
    this.#conversation?.stop();
    this.#conversation = null;
    this.open = null;
  }

  reconnectNow(): void {
    this.#client?.reconnectNow();
    this.#conversation?.reconnectNow();
  }

  stop(): void {
    this.closeChat();
    this.#client?.stop();
    this.#client = null;
  }
}
