/**
 * A reducer of chat frames to the state of one room: messages without gaps or duplicates, unsent messages, read positions.
 * Pure: ids and times are arguments.
 */
import { utf8Bytes } from '../socket/frame.ts';
import type { Chat } from '../wire.generated.ts';

/** Why a message was rejected: the server's error, or what this page found before sending. */
export interface MessageRefusal {
  readonly code: string;
  /** Of `bad_text`: `blank` or `too_long`. */
  readonly reason?: string | undefined;
  /** From when on a retry may succeed, by the server's clock (Unix ms). */
  readonly retryAt?: number | undefined;
}

/** Of a message that was not sent: the server would never take it. */
export const TOO_LARGE: MessageRefusal = { code: 'too_large' };

/** A message that the server has not acknowledged. `failed`: rejected; it is kept until the user retries or edits it. */
export interface PendingMessage {
  readonly clientId: string;
  readonly body: string;
  /** Server time, Unix ms. */
  readonly writtenAt: number;
  readonly state: 'sending' | 'failed';
  /** Of `failed`. */
  readonly refusal?: MessageRefusal | undefined;
}

/** So many of the messages after `readSeq` up to `lastSeq` are of others. */
export interface CountedUnread {
  readonly readSeq: number;
  readonly lastSeq: number;
  readonly unread: number;
}

/** One room as this page knows it: messages without gaps, what is not sent yet, who has read how far. */
export interface ChatRoomState {
  readonly room: string;
  readonly me: string;
  /** Null until the first `welcome`. */
  readonly epoch: string | null;
  /** The newest message of the room, whether it is loaded or not; 0 in an empty one. */
  readonly lastSeq: number;
  /** The oldest message that the server still keeps. */
  readonly minSeq: number;
  /** The read position of `me`. */
  readonly readSeq: number;
  /** What `welcome` said of the messages after `readSeq`, of which some may not be loaded. */
  readonly counted: CountedUnread;
  readonly members: readonly Chat.Member[];
  /** Ascending `seq`, without duplicates. */
  readonly messages: readonly Chat.Message[];
  /** How often a text of the room went, as far as this page knows. */
  readonly changes: number;
  /** Texts went that this page did not hear of: what it holds after this `seq` is to be read again; null: nothing. */
  readonly rereadAfter: number | null;
  readonly pending: readonly PendingMessage[];
  /** The server is replaying missed messages, so gaps need no history request yet. */
  readonly catchingUp: boolean;
  /** User ids of who is connected to chat now. */
  readonly present: ReadonlySet<string>;
  /** Why the room is no longer theirs: nothing is written or read there any more. */
  readonly removed: Chat.RemovedReason | null;
}

/** Longest body of a message, in bytes of UTF-8. */
const MAX_BODY_BYTES = 16 * 1024;

/** Most unsent messages that are kept; `addPending` fails beyond it. */
export const MAX_PENDING = 100;

/** Messages per history request when a room is opened or scrolled up. */
export const PAGE_SIZE = 50;

/** The server's maximum per history request; used to fill gaps. */
const MAX_PAGE_SIZE = 200;

/** A room of which nothing is known yet. `pending`: what an earlier page has not got rid of. */
export function emptyChatRoom(room: string, me: string, pending: readonly PendingMessage[] = []): ChatRoomState {
  return {
    room,
    me,
    epoch: null,
    lastSeq: 0,
    minSeq: 0,
    readSeq: 0,
    counted: { readSeq: 0, lastSeq: 0, unread: 0 },
    members: [],
    messages: [],
    changes: 0,
    rereadAfter: null,
    // Kept over reloads, so it may come from a page that did not measure.
    pending: pending.map((one) => (one.state === 'sending' ? checkedBody(one) : one)),
    catchingUp: false,
    present: new Set(),
    removed: null,
  };
}

/** Frames of other rooms return the same object. */
export function applyChat(state: ChatRoomState, frame: Chat.ChatServerFrame): ChatRoomState {
  switch (frame.type) {
    case 'welcome':
      return frame.rooms.reduce((next, room) => (room.room === next.room ? withWelcome(next, room) : next), state);
    case 'room':
      return frame.room === state.room ? withChanges({ ...state, members: frame.members ?? [], removed: null }, frame) : state;
    case 'removed':
      return frame.room === state.room ? { ...state, removed: frame.reason, catchingUp: false, present: new Set() } : state;
    case 'message':
      return frame.room === state.room ? withOwnMove(withMessages(state, [frame]), frame) : state;
    case 'messages':
      return withPage(state, frame);
    case 'deleted':
      return frame.room === state.room ? withDeleted(state, frame.seq) : state;
    case 'read':
      return frame.room === state.room ? withReadPosition(state, frame.user_id, frame.seq) : state;
    case 'heads':
      return frame.rooms.reduce((next, head) => (head.room === next.room ? withHead(next, head.last_seq) : next), state);
    case 'presence':
      return withPresence(state, frame.user_id, frame.state === 'online');
    default:
      return state;
  }
}

/** Null if there are `MAX_PENDING` already. */
export function addPending(state: ChatRoomState, clientId: string, body: string, now: number): ChatRoomState | null {
  if (state.pending.length >= MAX_PENDING) return null;
  return { ...state, pending: [...state.pending, checkedBody({ clientId, body, writtenAt: now, state: 'sending' })] };
}

/** For a `sent` frame. */
export function confirmSent(state: ChatRoomState, clientId: string, sent: Chat.Sent): ChatRoomState {
  const pending = state.pending.find((one) => one.clientId === clientId);
  if (pending === undefined) return state;
  const { room, seq, message_id, sent_at } = sent;
  const message = { room, seq, message_id, from: state.me, client_id: clientId, body: pending.body, sent_at };
  return withOwnMove(withMessages(state, [message]), message);
}

/** For an error that a retry would not change. */
export function markFailed(state: ChatRoomState, clientId: string, refusal: MessageRefusal): ChatRoomState {
  return withPending(state, clientId, (one) => ({ ...one, state: 'failed', refusal }));
}

export function markSending(state: ChatRoomState, clientId: string): ChatRoomState {
  return withPending(state, clientId, (one) => checkedBody({ ...one, state: 'sending', refusal: undefined }));
}

/** What the server would never take fails without being sent. */
function checkedBody(message: PendingMessage): PendingMessage {
  return utf8Bytes(message.body) > MAX_BODY_BYTES ? { ...message, state: 'failed', refusal: TOO_LARGE } : message;
}

/** For a rejected message that the user edits: it is sent as another one, if at all. */
export function removePending(state: ChatRoomState, clientId: string): ChatRoomState {
  return { ...state, pending: state.pending.filter((one) => one.clientId !== clientId) };
}

/** The cursor of `hello`: the position up to which there are no gaps. */
export function cursorOf(state: ChatRoomState): Chat.Cursor | null {
  return state.epoch === null || state.messages.length === 0 ? null : { epoch: state.epoch, seq: contiguousUpTo(state) };
}

/** The next history request that fills a gap, or reads again what may have changed; null if there is none. */
export function missingQuery(state: ChatRoomState): Omit<Chat.History, 'room'> | null {
  if (state.epoch === null || state.catchingUp || state.removed !== null) return null;
  if (state.messages.length === 0) return state.lastSeq > 0 ? { limit: PAGE_SIZE } : null;
  const contiguous = contiguousUpTo(state);
  if (contiguous < state.lastSeq) return { after: contiguous, limit: MAX_PAGE_SIZE };
  return state.rereadAfter === null ? null : { after: state.rereadAfter, limit: MAX_PAGE_SIZE };
}

/** The history request for messages before the oldest; null at the beginning of the room. */
export function olderQuery(state: ChatRoomState): Omit<Chat.History, 'room'> | null {
  const first = state.messages[0]?.seq;
  return first === undefined || first <= Math.max(1, state.minSeq) ? null : { before: first, limit: PAGE_SIZE };
}

/** The others' messages after the read position. Of those that are not loaded, as many as `welcome` counted, and all that are newer. */
export function unreadCount({ messages, me, readSeq, lastSeq, counted }: ChatRoomState): number {
  const between = (after: number, upTo: number) => messages.filter(({ seq }) => seq > after && seq <= upTo);
  const ofOthers = (loaded: readonly Chat.Message[]) => loaded.filter(({ from }) => from !== me).length;
  const notLoaded = (after: number, upTo: number) => Math.max(0, upTo - after - between(after, upTo).length);
  const countedNotLoaded = counted.unread - ofOthers(between(counted.readSeq, counted.lastSeq));
  return (
    ofOthers(between(readSeq, lastSeq)) +
    Math.max(0, Math.min(countedNotLoaded, notLoaded(readSeq, counted.lastSeq))) +
    notLoaded(Math.max(readSeq, counted.lastSeq), lastSeq)
  );
}

/** How many of the others have not read a message of `me`; null where the room is too large to tell. */
export function notReadBy({ members, me }: ChatRoomState, seq: number): number | null {
  return members.length === 0 ? null : members.filter((member) => member.user_id !== me && member.read_seq < seq).length;
}

/** The smallest read position of the other members. */
export function readByOthers(state: ChatRoomState): number {
  const others = state.members.filter((member) => member.user_id !== state.me);
  return others.length === 0 ? 0 : Math.min(...others.map((member) => member.read_seq));
}

function withWelcome(state: ChatRoomState, room: Chat.RoomView): ChatRoomState {
  const recovered = state.epoch === room.epoch && room.recovered;
  const base: ChatRoomState =
    recovered || state.messages.length === 0 ? withChanges(state, room) : { ...state, messages: [], readSeq: 0, changes: room.changes, rereadAfter: null };
  const next: ChatRoomState = {
    ...base,
    epoch: room.epoch,
    lastSeq: room.last_seq,
    minSeq: room.min_seq,
    readSeq: Math.max(base.readSeq, room.read_seq),
    counted: { readSeq: room.read_seq, lastSeq: room.last_seq, unread: room.unread },
    members: room.members ?? [],
    removed: null,
  };
  return { ...next, catchingUp: recovered && next.messages.length > 0 && contiguousUpTo(next) < room.last_seq };
}

function withPage(state: ChatRoomState, frame: Chat.Messages): ChatRoomState {
  if (frame.room !== undefined && frame.room !== state.room) return state;
  const next = withMessages({ ...state, minSeq: frame.min_seq }, frame.messages);
  const messages = next.messages.filter((message) => message.seq >= frame.min_seq);
  return { ...next, messages, lastSeq: Math.max(next.lastSeq, frame.last_seq), rereadAfter: rereadOn(state.rereadAfter, frame, messages) };
}

/** Where reading again goes on after a page; null where it has come to the newest message. */
function rereadOn(after: number | null, page: Chat.Messages, held: readonly Chat.Message[]): number | null {
  if (after === null) return null;
  const from = Math.max(after, page.min_seq - 1);
  const first = page.messages[0]?.seq ?? from + 1;
  const last = page.messages.at(-1)?.seq ?? from;
  const reached = first <= from + 1 ? Math.max(from, last) : from;
  return reached >= (held.at(-1)?.seq ?? 0) ? null : reached;
}

/** Of a text that went while this page was not told the number alone says so. */
function withChanges(state: ChatRoomState, { changes }: Chat.RoomView): ChatRoomState {
  if (changes === state.changes) return state;
  const first = state.messages[0]?.seq;
  return { ...state, changes, rereadAfter: first === undefined ? null : first - 1 };
}

function withDeleted(state: ChatRoomState, seq: number): ChatRoomState {
  const messages = state.messages.map((message) => (message.seq === seq ? { ...message, body: null, deleted: true } : message));
  return { ...state, messages, changes: state.changes + 1 };
}

function withMessages(state: ChatRoomState, incoming: readonly Chat.Message[]): ChatRoomState {
  const bySeq = new Map(state.messages.map((message) => [message.seq, message]));
  // A text that went does not come back: what is on its way may be from before.
  for (const message of incoming) if (!bySeq.has(message.seq) || message.body === null) bySeq.set(message.seq, message);
  const messages = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  const ownClientIds = new Set(incoming.filter((message) => message.from === state.me).map((message) => message.client_id));
  const lastSeq = Math.max(state.lastSeq, ...incoming.map((message) => message.seq));
  const next: ChatRoomState = { ...state, messages, lastSeq, pending: state.pending.filter((one) => !ownClientIds.has(one.clientId)) };
  return { ...next, catchingUp: state.catchingUp && contiguousUpTo(next) < lastSeq };
}

function withHead(state: ChatRoomState, lastSeq: number): ChatRoomState {
  return { ...state, lastSeq: Math.max(state.lastSeq, lastSeq), catchingUp: false };
}

/** Sending is not reading: it moves the sender's own position from the message before, and no `read` frame says so. */
function withOwnMove(state: ChatRoomState, { from, seq }: Chat.Message): ChatRoomState {
  const readSeq = from === state.me ? state.readSeq : state.members.find(({ user_id }) => user_id === from)?.read_seq;
  return readSeq === seq - 1 ? withReadPosition(state, from, seq) : state;
}

/** Read positions never move back. */
function withReadPosition(state: ChatRoomState, userId: string, seq: number): ChatRoomState {
  const members = state.members.map((member) =>
    member.user_id === userId ? { ...member, read_seq: Math.max(member.read_seq, seq) } : member,
  );
  return { ...state, members, readSeq: userId === state.me ? Math.max(state.readSeq, seq) : state.readSeq };
}

function withPresence(state: ChatRoomState, userId: string, online: boolean): ChatRoomState {
  const next = new Set(state.present);
  if (online) next.add(userId);
  else next.delete(userId);
  return { ...state, present: next };
}

function withPending(state: ChatRoomState, clientId: string, change: (message: PendingMessage) => PendingMessage): ChatRoomState {
  return { ...state, pending: state.pending.map((one) => (one.clientId === clientId ? change(one) : one)) };
}

/** The last `seq` before the first gap, from the oldest message on. */
function contiguousUpTo({ messages }: ChatRoomState): number {
  let contiguous = (messages[0]?.seq ?? 1) - 1;
  for (const { seq } of messages) {
    if (seq !== contiguous + 1) break;
    contiguous = seq;
  }
  return contiguous;
}
