/** `createChat` over a fake WebSocket: which room it takes, what a page sees and is told. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createChat, type Chat as PageChat, type ChatOptions } from '../src/chat/index.ts';
import type { Chat } from '../src/wire.generated.ts';
import { FakeWebSocket } from './fake-web-socket.ts';

const member = (user_id: string, read_seq: number): Chat.Member => ({ user_id, name: user_id, read_seq, delivered_seq: read_seq });
const message = (seq: number, from: string): Chat.Message => ({ room: 'r', seq, message_id: `m${seq}`, from, client_id: `c${seq}`, body: `text ${seq}`, sent_at: seq });
const ROOM: Chat.RoomView = { room: 'r', epoch: 'e', kind: 'pair', role: 'member', last_seq: 1, min_seq: 1, read_seq: 0, unread: 1, read_by: 0, changes: 0, last_message: message(1, 'bo'), recovered: false, members: [member('ann', 0), member('bo', 1)] };
const WELCOME: Chat.ChatServerFrame = { type: 'welcome', user_id: 'ann', server_now: 0, ping_ms: 25_000, timeout_ms: 60_000, rooms: [ROOM, { ...ROOM, room: 'older' }] };

let chat: PageChat;

beforeEach(() => {
  vi.useFakeTimers();
  FakeWebSocket.all = [];
  vi.stubGlobal('WebSocket', FakeWebSocket);
});
afterEach(() => {
  chat.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function opened(options: Partial<ChatOptions> = {}) {
  const told: unknown[] = [];
  chat = createChat({ ticket: async () => ({ ticket: 't', url: 'ws://chat/' }), ...options });
  chat.on('message', ({ seq }) => told.push(seq));
  chat.on('removed', ({ reason }) => told.push(reason));
  chat.on('error', ({ code }) => told.push(code));
  await vi.advanceTimersByTimeAsync(0);
  const socket = FakeWebSocket.all[0]!;
  socket.open();
  socket.receive(WELCOME);
  return { socket, told, sent: (type: string) => socket.sent.filter((frame) => frame.type === type) };
}

describe('the chat of a page', () => {
  test('[WEB-135] takes the newest room of its ticket, and asks for what is in it and who is there', async () => {
    const { sent } = await opened();
    const { room, status, unread } = chat.getSnapshot();
    expect([room.room, room.me, status, unread]).toEqual(['r', 'ann', 'open', 1]);
    expect(sent('history')).toMatchObject([{ room: 'r' }]);
    expect(sent('presence')).toMatchObject([{ users: ['bo'], subscribe: true }]);
  });

  test('[WEB-135] takes the room that it is told', async () => {
    await opened({ room: 'older' });
    expect(chat.getSnapshot().room.room).toBe('older');
  });

  test('[WEB-135] tells of each message once, and counts what is not read', async () => {
    const { socket, told, sent } = await opened();
    socket.receive({ type: 'messages', id: sent('history')[0]!.id, room: 'r', messages: [message(1, 'bo')], min_seq: 1, last_seq: 1 });
    socket.receive({ type: 'message', ...message(2, 'bo') });
    expect([told, chat.getSnapshot().unread]).toEqual([[2], 2]);
    chat.markRead();
    expect([sent('read'), chat.getSnapshot().unread]).toEqual([[{ type: 'read', room: 'r', seq: 2 }], 0]);
  });

  test('[WEB-135] shows for a while that the other one writes, until their message is there', async () => {
    const { socket } = await opened();
    socket.receive({ type: 'typing', room: 'r', user_id: 'bo' });
    expect(chat.getSnapshot().typing).toBe(true);
    socket.receive({ type: 'message', ...message(2, 'bo') });
    expect(chat.getSnapshot().typing).toBe(false);
    socket.receive({ type: 'typing', room: 'r', user_id: 'bo' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(chat.getSnapshot().typing).toBe(false);
  });

  test('[WEB-135] takes nothing more from who was taken out, nor from a ticket that is refused', async () => {
    const { socket, told } = await opened();
    socket.receive({ type: 'removed', room: 'r', reason: 'removed' });
    expect([told, chat.send('still there?')]).toEqual([['removed'], false]);
    socket.onclose?.({ code: 4501 });
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await vi.advanceTimersByTimeAsync(4_000);
      FakeWebSocket.all.at(-1)!.onclose?.({ code: 4501 });
    }
    expect([told, chat.getSnapshot().status, chat.getSnapshot().refusal?.final]).toEqual([['removed', 'unauthenticated'], 'refused', true]);
  });
});
