/**
 * A reducer of chat frames to the list of a person's rooms: the newest message of each, how much is unread, what was taken away.
 * Pure. The messages of an open room are in `state.ts`.
 */
import type { Chat } from '../wire.generated.ts';

/** The list, as the server has told it so far. */
export interface RoomListState {
  readonly me: string | null;
  /** The rooms by their ids; null until the first `welcome`. */
  readonly rooms: ReadonlyMap<string, Chat.RoomView> | null;
  /** Rooms whose newest message this page has missed. */
  readonly behind: readonly string[];
}

/** The list before the first `welcome`. */
export const NO_ROOMS: RoomListState = { me: null, rooms: null, behind: [] };

/** Frames that change nothing in the list return the same object. */
export function applyToList(state: RoomListState, frame: Chat.ChatServerFrame): RoomListState {
  switch (frame.type) {
    case 'welcome':
      return { me: frame.user_id, rooms: new Map(frame.rooms.map((room) => [room.room, room])), behind: [] };
    case 'room':
      return withRoom(state, frame.room, () => roomOf(frame));
    case 'removed':
      return without(state, frame.room);
    case 'message':
      return withRoom(state, frame.room, (room) => room && withMessage(room, frame, state.me));
    case 'deleted':
      return withRoom(state, frame.room, (room) => room && withDeleted(room, frame.seq));
    case 'read':
      return frame.user_id === state.me ? withRoom(state, frame.room, (room) => room && withRead(room, frame.seq)) : state;
    case 'heads':
      return withHeads(state, frame.rooms);
    case 'messages':
      return withNewest(state, frame);
    default:
      return state;
  }
}

/** The newest activity first; rooms without a message come last. */
export function byActivity({ rooms }: RoomListState): readonly Chat.RoomView[] {
  return [...(rooms?.values() ?? [])].sort((a, b) => (b.last_message?.sent_at ?? 0) - (a.last_message?.sent_at ?? 0));
}

/** Unread messages of all rooms that the list has. */
export function unreadTotal({ rooms }: RoomListState): number {
  return [...(rooms?.values() ?? [])].reduce((sum, { unread }) => sum + unread, 0);
}

function roomOf({ type: _, ...room }: { type: 'room' } & Chat.RoomView): Chat.RoomView {
  return room;
}

function withRoom(state: RoomListState, id: string, change: (room: Chat.RoomView | undefined) => Chat.RoomView | undefined): RoomListState {
  const before = state.rooms?.get(id);
  const after = change(before);
  if (state.rooms === null || after === undefined || after === before) return state;
  return { ...state, rooms: new Map(state.rooms).set(id, after) };
}

function without(state: RoomListState, id: string): RoomListState {
  if (state.rooms?.has(id) !== true) return state;
  const rooms = new Map(state.rooms);
  rooms.delete(id);
  return { ...state, rooms, behind: state.behind.filter((one) => one !== id) };
}

/** Sending is not reading: it moves the sender's own position from the message before only. */
function withMessage(room: Chat.RoomView, message: Chat.Message, me: string | null): Chat.RoomView {
  if (message.seq <= room.last_seq) return room;
  const missed = message.seq - room.last_seq - 1;
  const mine = message.from === me;
  return {
    ...room,
    last_seq: message.seq,
    last_message: message,
    read_seq: mine && room.read_seq === message.seq - 1 ? message.seq : room.read_seq,
    unread: room.unread + missed + (mine ? 0 : 1),
  };
}

function withDeleted(room: Chat.RoomView, seq: number): Chat.RoomView {
  if (room.last_message?.seq !== seq) return room;
  return { ...room, last_message: { ...room.last_message, body: null, deleted: true } };
}

/** Whose the messages behind the position are is not known: they count as the others', until `welcome` counts again. */
function withRead(room: Chat.RoomView, seq: number): Chat.RoomView {
  if (seq <= room.read_seq) return room;
  return { ...room, read_seq: seq, unread: Math.min(room.unread, Math.max(0, room.last_seq - seq)) };
}

function withHeads(state: RoomListState, heads: readonly Chat.RoomHead[]): RoomListState {
  const missed = heads.filter(({ room, last_seq }) => last_seq > (state.rooms?.get(room)?.last_seq ?? last_seq)).map(({ room }) => room);
  return missed.length === 0 ? state : { ...state, behind: [...new Set([...state.behind, ...missed])] };
}

/** The answer to the question for the newest message of a room that is behind. */
function withNewest(state: RoomListState, { room: id, messages }: Chat.Messages): RoomListState {
  const newest = messages.at(-1);
  const behind = state.behind.filter((one) => one !== (id ?? newest?.room));
  if (newest === undefined) return { ...state, behind };
  return { ...withRoom(state, newest.room, (room) => room && withMessage(room, newest, state.me)), behind };
}
