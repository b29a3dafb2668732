import { describe, expect, test } from 'vitest';
import {
  applyChat,
  addPending,
  confirmSent,
  cursorOf,
  emptyChatRoom,
  missingQuery,
  olderQuery,
  readByOthers,
  markFailed,
  markSending,
  removePending,
  unreadCount,
  type ChatRoomState,
} from '../src/chat/state.ts';
import type { Chat } from '../src/wire.generated.ts';

const ROOM: Chat.RoomView = {
  room: 'r',
  epoch: 'e',
  kind: 'pair',
  role: 'member',
  last_seq: 0,
  min_seq: 1,
  read_seq: 0,
  unread: 0,
  read_by: 0,
  changes: 0,
  last_message: null,
  recovered: false,
  members: [
    { user_id: 'ann', name: 'Ann', read_seq: 0, delivered_seq: 0 },
    { user_id: 'bo', name: 'Bo', read_seq: 0, delivered_seq: 0 },
  ],
};

function welcome(change: Partial<Chat.RoomView> = {}): Chat.ChatServerFrame {
  return { type: 'welcome', rooms: [{ ...ROOM, ...change }], user_id: 'ann', server_now: 0, ping_ms: 1, timeout_ms: 1 };
}

function message(seq: number, from = 'bo', room = 'r'): { type: 'message' } & Chat.Message {
  return { type: 'message', room, seq, message_id: `m${seq}`, from, client_id: `c${seq}`, body: `body ${seq}`, sent_at: seq };
}

function after(...frames: readonly Chat.ChatServerFrame[]): ChatRoomState {
  return frames.reduce(applyChat, emptyChatRoom('r', 'ann'));
}

const seqs = (state: ChatRoomState): number[] => state.messages.map(({ seq }) => seq);

function written(state: ChatRoomState, clientId: string): ChatRoomState {
  const next = addPending(state, clientId, 'hello', 5);
  if (next === null) throw new Error('there is room');
  return next;
}

describe('a room', () => {
  test('[WEB-19] a message stays pending until it is confirmed, over any number of losses', () => {
    const waiting = written(after(welcome()), 'x');
    expect(waiting.pending).toMatchObject([{ clientId: 'x', state: 'sending' }]);
    expect(applyChat(waiting, welcome()).pending, 'chat was away and is back').toHaveLength(1);
    const done = confirmSent(waiting, 'x', { room: 'r', seq: 1, message_id: 'm1', sent_at: 9 });
    expect(done.pending).toEqual([]);
    expect(done.messages).toMatchObject([{ seq: 1, body: 'hello', from: 'ann' }]);
  });

  test('[WEB-19] the acknowledgement and the broadcast of one message make one bubble, in either order', () => {
    const waiting = written(after(welcome()), 'c1');
    const sent = { room: 'r', seq: 1, message_id: 'm1', sent_at: 1 };
    for (const state of [
      applyChat(confirmSent(waiting, 'c1', sent), message(1, 'ann')),
      confirmSent(applyChat(waiting, message(1, 'ann')), 'c1', sent),
    ]) {
      expect(seqs(state)).toEqual([1]);
      expect(state.pending).toEqual([]);
    }
  });

  test('[WEB-19] a refused message waits for a decision, and can be tried again', () => {
    const failed = markFailed(written(after(welcome()), 'x'), 'x', { code: 'bad_text' });
    expect(failed.pending).toMatchObject([{ state: 'failed' }]);
    expect(markSending(failed, 'x').pending).toMatchObject([{ state: 'sending' }]);
  });

  test('[WEB-70] a refused message says why, until it is tried again or taken back to be edited', () => {
    const refusal = { code: 'quota_exceeded', retryAt: 9 };
    const failed = markFailed(written(written(after(welcome()), 'x'), 'y'), 'x', refusal);
    expect(failed.pending).toMatchObject([{ clientId: 'x', state: 'failed', refusal }, { clientId: 'y', state: 'sending' }]);
    expect(markSending(failed, 'x').pending[0]?.refusal).toBeUndefined();
    expect(removePending(failed, 'x').pending).toMatchObject([{ clientId: 'y' }]);
  });

  test('[WEB-19] what waits is bounded, and the writer is told', () => {
    let state: ChatRoomState | null = after(welcome());
    for (let index = 0; index < 100; index += 1) state = state && addPending(state, `x${index}`, 'hello', 0);
    expect(state && addPending(state, 'one more', 'hello', 0)).toBeNull();
  });

  test('[WEB-20] doubles and disorder leave each message once, in rising order', () => {
    expect(seqs(after(welcome(), message(2), message(1), message(2), message(3)))).toEqual([1, 2, 3]);
  });

  test('[WEB-20] a hole is asked for, and the cursor never claims what lies behind it', () => {
    const state = after(welcome(), message(1), message(2), message(5));
    expect(missingQuery(state)).toEqual({ after: 2, limit: 200 });
    expect(cursorOf(state)).toEqual({ epoch: 'e', seq: 2 });
    const whole = applyChat(state, { type: 'messages', room: 'r', messages: [message(3), message(4), message(5)], min_seq: 1, last_seq: 5 });
    expect(missingQuery(whole)).toBeNull();
    expect(cursorOf(whole)).toEqual({ epoch: 'e', seq: 5 });
  });

  test('[WEB-20] heads find a silent loss', () => {
    const state = after(welcome(), message(1), { type: 'heads', rooms: [{ room: 'r', last_seq: 3 }] });
    expect(missingQuery(state)).toEqual({ after: 1, limit: 200 });
  });

  test('[WEB-21] after a recovery nothing is asked for: the missed ones are on their way', () => {
    const back = applyChat(after(welcome(), message(1)), welcome({ recovered: true, last_seq: 3 }));
    expect(missingQuery(back)).toBeNull();
    expect(seqs(applyChat(applyChat(back, message(2)), message(3)))).toEqual([1, 2, 3]);
  });

  test('[WEB-21] what could not be recovered is read again from the newest', () => {
    const back = applyChat(after(welcome(), message(1)), welcome({ recovered: false, last_seq: 900 }));
    expect(seqs(back)).toEqual([]);
    expect(missingQuery(back)).toEqual({ limit: 50 });
  });

  test('[WEB-22] older pages are asked for up to what retention left', () => {
    expect(olderQuery(after(welcome({ last_seq: 80 }), message(31)))).toEqual({ before: 31, limit: 50 });
    expect(olderQuery(after(welcome({ last_seq: 80, min_seq: 31 }), message(31)))).toBeNull();
    expect(olderQuery(after(welcome()))).toBeNull();
  });

  test('[WEB-23] positions only move forward', () => {
    const state = after(welcome({ last_seq: 5, read_seq: 3, unread: 2 }));
    expect(unreadCount(state)).toBe(2);
    const seen = applyChat(state, { type: 'read', room: 'r', user_id: 'ann', seq: 5 });
    expect(unreadCount(applyChat(seen, { type: 'read', room: 'r', user_id: 'ann', seq: 1 }))).toBe(0);
    const theirs = applyChat(seen, { type: 'read', room: 'r', user_id: 'bo', seq: 4 });
    expect(readByOthers(applyChat(theirs, { type: 'read', room: 'r', user_id: 'bo', seq: 2 }))).toBe(4);
  });

  const readers = (state: ChatRoomState): Record<string, number> => Object.fromEntries(state.members.map(({ user_id, read_seq }) => [user_id, read_seq]));

  test('[WEB-59] sending is not reading: who has read nothing of three messages and sends one has still three to read', () => {
    const state = after(welcome(), message(1), message(2), message(3), message(4, 'ann'));
    expect(unreadCount(state)).toBe(3);
    expect(state.readSeq).toBe(0);
    expect(readers(state)).toEqual({ ann: 0, bo: 3 });
    const sent = confirmSent(written(after(welcome(), message(1), message(2), message(3)), 'x'), 'x', { room: 'r', seq: 4, message_id: 'm4', sent_at: 4 });
    expect([unreadCount(sent), sent.readSeq]).toEqual([3, 0]);
  });

  test('[WEB-59] who has read all and sends has read all', () => {
    const state = after(welcome(), message(1, 'ann'), message(2, 'ann'), message(3), message(4, 'bo'));
    expect(state.readSeq).toBe(2);
    expect(unreadCount(state)).toBe(2);
    const read = applyChat(state, { type: 'read', room: 'r', user_id: 'ann', seq: 4 });
    expect(unreadCount(applyChat(read, message(5, 'ann')))).toBe(0);
    expect(applyChat(read, message(5, 'ann')).readSeq).toBe(5);
  });

  test('[WEB-59] the position of the other one moves with their own messages in the same way', () => {
    expect(readers(after(welcome(), message(1, 'bo'), message(2, 'bo')))).toMatchObject({ bo: 2 });
    expect(readers(after(welcome(), message(1, 'ann'), message(2, 'bo'))), 'Bo has not read what Ann wrote').toMatchObject({ bo: 0 });
    expect(readByOthers(after(welcome(), message(1, 'ann'), message(2, 'bo')))).toBe(0);
  });

  test("[WEB-59] only the others' messages count as unread, whether they are loaded or counted by the server alone", () => {
    const told = after(welcome({ last_seq: 10, read_seq: 2, unread: 3 }));
    expect(unreadCount(told), 'five of the eight are own').toBe(3);
    const page = (from: number, senders: readonly string[]): Chat.ChatServerFrame => ({
      type: 'messages',
      room: 'r',
      messages: senders.map((sender, index) => message(from + index, sender)),
      min_seq: 1,
      last_seq: 10,
    });
    expect(unreadCount(applyChat(told, page(8, ['bo', 'ann', 'ann']))), 'partly loaded').toBe(3);
    expect(unreadCount(applyChat(told, page(3, ['ann', 'bo', 'ann', 'ann', 'bo', 'bo', 'ann', 'ann']))), 'loaded').toBe(3);
    expect(unreadCount(applyChat(told, message(11)))).toBe(4);
    expect(unreadCount(applyChat(told, message(11, 'ann')))).toBe(3);
    expect(unreadCount(applyChat(told, { type: 'heads', rooms: [{ room: 'r', last_seq: 12 }] })), 'not loaded yet').toBe(5);
    expect(unreadCount(applyChat(told, { type: 'read', room: 'r', user_id: 'ann', seq: 9 })), 'read on another device').toBe(1);
    expect(unreadCount(applyChat(told, { type: 'read', room: 'r', user_id: 'ann', seq: 10 }))).toBe(0);
  });

  test('[WEB-20] other rooms change nothing', () => {
    const state = after(welcome());
    expect(applyChat(state, message(1, 'bo', 'elsewhere'))).toBe(state);
  });
});

describe('a text that went', () => {
  const held = after(welcome(), message(1), message(2, 'ann'), message(3));
  const texts = (state: ChatRoomState): (string | null)[] => state.messages.map(({ body }) => body);
  const page = (messages: readonly Chat.Message[], change: Partial<Chat.Messages> = {}): Chat.ChatServerFrame => ({ type: 'messages', messages: [...messages], min_seq: 1, last_seq: 3, ...change });
  const stub = { ...message(2, 'ann'), body: null, deleted: true };

  test('[CHT-237] because its sender took it back keeps its place, and an older copy does not bring it back', () => {
    const told = applyChat(held, { type: 'deleted', room: 'r', seq: 2, user_id: 'ann' });
    expect(texts(told)).toEqual(['body 1', null, 'body 3']);
    expect(told.messages[1]?.deleted).toBe(true);
    expect(texts(applyChat(told, message(2, 'ann')))).toEqual(['body 1', null, 'body 3']);
    expect(missingQuery(applyChat(told, welcome({ recovered: true, last_seq: 3, changes: 1 })))).toBeNull();
    expect(applyChat(held, { type: 'deleted', room: 'other', seq: 2, user_id: 'ann' })).toBe(held);
  });

  test('[CHT-237] while this page was away is found: what it holds is read again, to the end', () => {
    const back = applyChat(held, welcome({ recovered: true, last_seq: 3, changes: 2 }));
    expect(missingQuery(back)).toEqual({ after: 0, limit: 200 });
    const half = applyChat(back, page([message(1), stub]));
    expect(missingQuery(half)).toEqual({ after: 2, limit: 200 });
    const whole = applyChat(half, page([message(3)]));
    expect([missingQuery(whole), texts(whole)]).toEqual([null, ['body 1', null, 'body 3']]);
  });

  test('[CHT-237] is not looked for below what retention left, nor by a page of something else', () => {
    const back = applyChat(held, { type: 'room', ...ROOM, last_seq: 3, changes: 1 });
    expect(missingQuery(applyChat(back, page([message(3)])))).toEqual({ after: 0, limit: 200 });
    const pruned = applyChat(back, page([message(3)], { min_seq: 3 }));
    expect([missingQuery(pruned), seqs(pruned)]).toEqual([null, [3]]);
  });
});
