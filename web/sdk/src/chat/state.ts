/**
 * One room as this tab knows it: messages without holes or doubles, what is not sent yet, who has read how far.
 * Pure: frames and decisions in, state out; ids and times are arguments.
 */
import type { Chat } from '../wire.generated.ts';

/** A message of ours that the server has not confirmed. `failed` was refused and waits for a decision. */
export interface Pending {
  readonly clientId: string;
  readonly body: string;
  readonly writtenAt: number;
  readonly state: 'sending' | 'failed';
}

export interface RoomState {
  readonly room: string;
  readonly me: string;
  /** Null until the first `welcome`. */
  readonly epoch: string | null;
  readonly lastSeq: number;
  readonly minSeq: number;
  /** How far I have read. */
  readonly readSeq: number;
  readonly members: readonly Chat.Member[];
  /** Rising `seq`, no doubles. */
  readonly messages: readonly Chat.Message[];
  readonly pending: readonly Pending[];
  /** The server promised to send what we missed: no need to ask yet. */
  readonly catchingUp: boolean;
  readonly present: ReadonlySet<string>;
}

/** Unsent messages kept at most; whoever writes more while chat is down is told at once. */
export const MOST_PENDING = 100;

/** A page of history when opening and when scrolling up. */
export const PAGE = 50;

/** The most that a page may have: used to close a hole. */
const LARGEST_PAGE = 200;

export function emptyRoom(room: string, me: string, pending: readonly Pending[] = []): RoomState {
  return {
    room,
    me,
    epoch: null,
    lastSeq: 0,
    minSeq: 0,
    readSeq: 0,
    members: [],
    messages: [],
    pending,
    catchingUp: false,
    present: new Set(),
  };
}

/** The room after a frame; frames of other rooms change nothing. */
export function applyChat(state: RoomState, frame: Chat.ChatServerFrame): RoomState {
  switch (frame.type) {
    case 'welcome':
      return frame.rooms.reduce((next, room) => (room.room === next.room ? entered(next, room) : next), state);
    case 'room':
      return frame.room === state.room ? { ...state, members: frame.members } : state;
    case 'message':
      return frame.room === state.room ? withMessages(state, [frame]) : state;
    case 'messages':
      return page(state, frame);
    case 'read':
      return frame.room === state.room ? read(state, frame.user_id, frame.seq) : state;
    case 'heads':
      return frame.rooms.reduce((next, head) => (head.room === next.room ? headed(next, head.last_seq) : next), state);
    case 'presence':
      return present(state, frame.user_id, frame.state === 'online');
    default:
      return state;
  }
}

/** Writes a message; null when too many wait already. */
export function compose(state: RoomState, clientId: string, body: string, now: number): RoomState | null {
  if (state.pending.length >= MOST_PENDING) return null;
  return { ...state, pending: [...state.pending, { clientId, body, writtenAt: now, state: 'sending' }] };
}

/** `sent`: the server has it. */
export function confirmed(state: RoomState, clientId: string, sent: Chat.Sent): RoomState {
  const pending = state.pending.find((one) => one.clientId === clientId);
  if (pending === undefined) return state;
  const { room, seq, message_id, sent_at } = sent;
  const message = { room, seq, message_id, from: state.me, client_id: clientId, body: pending.body, sent_at };
  return read(withMessages(state, [message]), state.me, seq);
}

/** The server refused it; it stays until the person tries again. */
export function refused(state: RoomState, clientId: string): RoomState {
  return mark(state, clientId, 'failed');
}

export function tryAgain(state: RoomState, clientId: string): RoomState {
  return mark(state, clientId, 'sending');
}

/** What to say in `hello`: how far this tab has everything. */
export function cursorOf(state: RoomState): Chat.Cursor | null {
  return state.epoch === null || state.messages.length === 0 ? null : { epoch: state.epoch, seq: wholeUpTo(state) };
}

/** The history to ask for next, so that nothing is missing; null when nothing is. */
export function missing(state: RoomState): Omit<Chat.History, 'room'> | null {
  if (state.epoch === null || state.catchingUp) return null;
  if (state.messages.length === 0) return state.lastSeq > 0 ? { limit: PAGE } : null;
  const whole = wholeUpTo(state);
  return whole < state.lastSeq ? { after: whole, limit: LARGEST_PAGE } : null;
}

/** The page above the oldest message; null at the beginning. */
export function older(state: RoomState): Omit<Chat.History, 'room'> | null {
  const first = state.messages[0]?.seq;
  return first === undefined || first <= Math.max(1, state.minSeq) ? null : { before: first, limit: PAGE };
}

export function unread(state: RoomState): number {
  return Math.max(0, state.lastSeq - state.readSeq);
}

/** How far every other member has read. */
export function readByOthers(state: RoomState): number {
  const others = state.members.filter((member) => member.user_id !== state.me);
  return others.length === 0 ? 0 : Math.min(...others.map((member) => member.read_seq));
}

function entered(state: RoomState, room: Chat.RoomView): RoomState {
  const sameRoom = state.epoch === room.epoch && room.recovered;
  const kept: RoomState = sameRoom || state.messages.length === 0 ? state : { ...state, messages: [], readSeq: 0 };
  const next: RoomState = {
    ...kept,
    epoch: room.epoch,
    lastSeq: room.last_seq,
    minSeq: room.min_seq,
    readSeq: Math.max(kept.readSeq, room.read_seq),
    members: room.members,
  };
  return { ...next, catchingUp: sameRoom && next.messages.length > 0 && wholeUpTo(next) < room.last_seq };
}

function page(state: RoomState, frame: Chat.Messages): RoomState {
  if (frame.room !== undefined && frame.room !== state.room) return state;
  const next = withMessages({ ...state, minSeq: frame.min_seq }, frame.messages);
  return { ...next, messages: next.messages.filter((message) => message.seq >= frame.min_seq), lastSeq: Math.max(next.lastSeq, frame.last_seq) };
}

function withMessages(state: RoomState, incoming: readonly Chat.Message[]): RoomState {
  const bySeq = new Map(state.messages.map((message) => [message.seq, message]));
  for (const message of incoming) if (!bySeq.has(message.seq)) bySeq.set(message.seq, message);
  const messages = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  const mine = new Set(incoming.filter((message) => message.from === state.me).map((message) => message.client_id));
  const lastSeq = Math.max(state.lastSeq, ...incoming.map((message) => message.seq));
  const readSeq = Math.max(state.readSeq, ...incoming.filter((message) => message.from === state.me).map((message) => message.seq));
  const next: RoomState = { ...state, messages, lastSeq, readSeq, pending: state.pending.filter((one) => !mine.has(one.clientId)) };
  return { ...next, catchingUp: state.catchingUp && wholeUpTo(next) < lastSeq };
}

function headed(state: RoomState, lastSeq: number): RoomState {
  return { ...state, lastSeq: Math.max(state.lastSeq, lastSeq), catchingUp: false };
}

/** Reading positions only move forward. */
function read(state: RoomState, userId: string, seq: number): RoomState {
  const members = state.members.map((member) =>
    member.user_id === userId ? { ...member, read_seq: Math.max(member.read_seq, seq) } : member,
  );
  return { ...state, members, readSeq: userId === state.me ? Math.max(state.readSeq, seq) : state.readSeq };
}

function present(state: RoomState, userId: string, online: boolean): RoomState {
  const next = new Set(state.present);
  if (online) next.add(userId);
  else next.delete(userId);
  return { ...state, present: next };
}

function mark(state: RoomState, clientId: string, to: Pending['state']): RoomState {
  return { ...state, pending: state.pending.map((one) => (one.clientId === clientId ? { ...one, state: to } : one)) };
}

/** The last `seq` up to which, from the oldest message here, none is missing. */
function wholeUpTo({ messages }: RoomState): number {
  let whole = (messages[0]?.seq ?? 1) - 1;
  for (const { seq } of messages) {
    if (seq !== whole + 1) break;
    whole = seq;
  }
  return whole;
}
