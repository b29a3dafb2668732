/** The list of a person's rooms, from frames alone and over a fake WebSocket. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { NO_ROOMS, applyToList, byActivity, unreadTotal, type RoomListState } from '../src/chat/room-list.ts';
import { RoomsClient } from '../src/chat/rooms-client.ts';
import { applyChat, emptyChatRoom, missingQuery, notReadBy } from '../src/chat/state.ts';
import { TabStorage } from '../src/storage.ts';
import type { Chat } from '../src/wire.generated.ts';
import { FakeWebSocket } from './fake-web-socket.ts';

function message(room: string, seq: number, from: string): Chat.Message {
  return { room, seq, message_id: `${room}${seq}`, from, client_id: `c${seq}`, body: `text ${seq}`, sent_at: seq * 1_000 };
}

function room(id: string, lastSeq: number, readSeq: number, unread: number): Chat.RoomView {
  const last_message = lastSeq === 0 ? null : message(id, lastSeq, 'bo');
  return { room: id, epoch: 'e', kind: 'group', role: 'member', last_seq: lastSeq, min_seq: 1, read_seq: readSeq, unread, read_by: 0, changes: 0, last_message, recovered: false, members: [] };
}

const WELCOME: { type: 'welcome' } & Chat.Welcome = {
  type: 'welcome',
  user_id: 'ann',
  server_now: 0,
  ping_ms: 25_000,
  timeout_ms: 60_000,
  rooms: [room('g', 3, 1, 2), room('h', 0, 0, 0)],
};

const START = applyToList(NO_ROOMS, WELCOME);
const unreadOf = (state: RoomListState, id: string) => state.rooms?.get(id)?.unread;

describe('the list of rooms', () => {
  test('[WEB-117] counts what others write, and nothing twice', () => {
    const once = applyToList(START, { type: 'message', ...message('g', 4, 'bo') });
    expect([unreadOf(once, 'g'), unreadTotal(once)]).toEqual([3, 3]);
    expect(applyToList(once, { type: 'message', ...message('g', 4, 'bo') })).toBe(once);
    const skipped = applyToList(once, { type: 'message', ...message('g', 7, 'bo') });
    expect(unreadOf(skipped, 'g'), 'two that it has not seen, and this one').toBe(6);
  });

  test('[WEB-117] does not take sending for reading', () => {
    const mine = applyToList(START, { type: 'message', ...message('g', 4, 'ann') });
    expect([mine.rooms?.get('g')?.read_seq, unreadOf(mine, 'g')]).toEqual([1, 2]);
    const alone = applyToList(START, { type: 'message', ...message('h', 1, 'ann') });
    expect([alone.rooms?.get('h')?.read_seq, unreadOf(alone, 'h')]).toEqual([1, 0]);
  });

  test('[WEB-117] has nothing unread once all is read, on whichever device, and never goes back', () => {
    const partly = applyToList(START, { type: 'read', room: 'g', user_id: 'ann', seq: 2 });
    expect(unreadOf(partly, 'g')).toBe(1);
    const all = applyToList(partly, { type: 'read', room: 'g', user_id: 'ann', seq: 3 });
    expect(unreadTotal(all)).toBe(0);
    expect(applyToList(all, { type: 'read', room: 'g', user_id: 'ann', seq: 1 })).toBe(all);
    expect(applyToList(all, { type: 'read', room: 'g', user_id: 'bo', seq: 3 })).toBe(all);
  });

  test('[WEB-117] puts the newest activity first, and forgets a text that went', () => {
    expect(byActivity(applyToList(START, { type: 'message', ...message('h', 9, 'bo') })).map((one) => one.room)).toEqual(['h', 'g']);
    const gone = applyToList(START, { type: 'deleted', room: 'g', seq: 3, user_id: 'bo' });
    expect(gone.rooms?.get('g')?.last_message).toMatchObject({ body: null, deleted: true });
    expect(applyToList(START, { type: 'deleted', room: 'g', seq: 1, user_id: 'bo' })).toBe(START);
  });

  test('[WEB-118] takes in a room that comes, and drops one that is taken away', () => {
    const joined = applyToList(START, { type: 'room', ...room('i', 2, 2, 0) });
    expect(joined.rooms?.get('i')).toEqual(room('i', 2, 2, 0));
    const out = applyToList(joined, { type: 'removed', room: 'g', reason: 'removed' });
    expect([...(out.rooms?.keys() ?? [])]).toEqual(['h', 'i']);
    expect(unreadTotal(out)).toBe(0);
    expect(applyToList(out, { type: 'removed', room: 'g', reason: 'removed' })).toBe(out);
  });
});

describe('an open room', () => {
  const open = applyChat({ ...emptyChatRoom('g', 'ann'), lastSeq: 3 }, WELCOME);

  test('[WEB-118] that is taken away asks for nothing more, and lives again when its person is back', () => {
    const out = applyChat(open, { type: 'removed', room: 'g', reason: 'closed' });
    expect([out.removed, missingQuery(open), missingQuery(out)]).toEqual(['closed', { limit: 50 }, null]);
    expect(applyChat(open, { type: 'removed', room: 'h', reason: 'closed' })).toBe(open);
    expect(applyChat(out, { type: 'room', ...room('g', 3, 1, 2) }).removed).toBe(null);
  });

  test('[WEB-119] tells how many have not read a message, where it knows its members', () => {
    const member = (user_id: string, read_seq: number): Chat.Member => ({ user_id, name: user_id, read_seq, delivered_seq: read_seq });
    const state = { ...open, members: [member('ann', 3), member('bo', 2), member('cy', 1)] };
    expect([1, 2, 3].map((seq) => notReadBy(state, seq))).toEqual([0, 1, 2]);
    expect(notReadBy({ ...open, members: [] }, 1)).toBe(null);
  });
});

describe('the client of the list', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    FakeWebSocket.all = [];
    vi.stubGlobal('WebSocket', FakeWebSocket);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test('[WEB-117] asks once for the newest message of a room that heads are ahead in', async () => {
    const states: RoomListState[] = [];
    const membership: string[] = [];
    const client = new RoomsClient({
      tickets: () => Promise.resolve({ ticket: 't', url: 'ws://chat/', expires_at: 1 }),
      storage: new TabStorage('list:'),
      onChange: (state) => states.push(state),
      onMembership: ({ type, room }) => membership.push(`${type} ${room}`),
    });
    client.start();
    await vi.advanceTimersByTimeAsync(0);
    const socket = FakeWebSocket.all[0]!;
    socket.open();
    expect(socket.sent[0]).not.toHaveProperty('cursors');
    socket.receive(WELCOME);
    socket.receive({ type: 'heads', rooms: [{ room: 'g', last_seq: 5 }, { room: 'h', last_seq: 0 }, { room: 'unknown', last_seq: 9 }] });
    socket.receive({ type: 'heads', rooms: [{ room: 'g', last_seq: 5 }] });
    const asked = socket.sent.filter(({ type }) => type === 'history');
    expect(asked).toMatchObject([{ room: 'g', limit: 1 }]);
    socket.receive({ type: 'messages', id: asked[0]!.id, room: 'g', messages: [message('g', 5, 'bo')], min_seq: 1, last_seq: 5 });
    expect([unreadOf(states.at(-1)!, 'g'), states.at(-1)!.behind]).toEqual([4, []]);
    socket.receive({ type: 'removed', room: 'g', reason: 'left' });
    socket.receive({ type: 'room', ...room('g', 5, 5, 0) });
    expect(membership).toEqual(['removed g', 'room g']);
    client.stop();
  });
});
