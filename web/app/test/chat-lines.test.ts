import { emptyChatRoom, type Chat, type ChatRoomState } from '@rendezvous/sdk';
import { describe, expect, test } from 'vitest';
import { bubbles } from '../src/session/chat-lines.ts';
import { isSubmitKey } from '../src/session/submit-key.ts';

const MINUTE = 60_000;

function message(seq: number, from: string, at: number): Chat.Message {
  return { room: 'r', seq, message_id: `m${seq}`, from, client_id: `c${seq}`, body: String(seq), sent_at: at };
}

const ROOM: ChatRoomState = {
  ...emptyChatRoom('r', 'ann', [{ clientId: 'p', body: 'waits', writtenAt: 3 * MINUTE, state: 'sending' }]),
  members: [
    { user_id: 'ann', name: 'Ann', read_seq: 4, delivered_seq: 4 },
    { user_id: 'bo', name: 'Bo', read_seq: 2, delivered_seq: 4 },
  ],
  messages: [message(1, 'ann', 0), message(2, 'ann', 5_000), message(3, 'ann', MINUTE), message(4, 'bo', MINUTE)],
};

const sameDay = (a: number, b: number): boolean => Math.floor(a / (2 * MINUTE)) === Math.floor(b / (2 * MINUTE));

describe('what stands in the chat', () => {
  test('[WEB-31] own messages are read up to where the other one has read; what is not acknowledged is being sent', () => {
    expect(bubbles(ROOM, null, sameDay).map(({ state }) => state)).toEqual(['read', 'read', 'sent', 'sent', 'sending']);
  });

  test('[WEB-31] the time stands once below what one person wrote in one minute', () => {
    expect(bubbles(ROOM, null, sameDay).map(({ closesMinute }) => closesMinute)).toEqual([false, true, true, true, true]);
  });

  test('[WEB-31] each day is opened once', () => {
    expect(bubbles(ROOM, null, sameDay).map(({ opensDay }) => opensDay)).toEqual([true, false, false, false, true]);
  });

  test('[WEB-31] the divider stands before the first of theirs that was not read', () => {
    expect(bubbles(ROOM, 1, sameDay).findIndex(({ firstUnread }) => firstUnread)).toBe(3);
    expect(bubbles(ROOM, 4, sameDay).some(({ firstUnread }) => firstUnread)).toBe(false);
  });
});

describe('a message that was damaged in storage', () => {
  const damaged = { ...message(3, 'ann', MINUTE), body: '', corrupt: true };
  const gone = { ...message(4, '', MINUTE), message_id: '', client_id: '', body: '', corrupt: true };
  const lines = bubbles({ ...ROOM, messages: [message(1, 'ann', 0), message(2, 'ann', 5_000), damaged, gone], pending: [] }, null, sameDay);

  test('[CHT-128] is told apart from one that says nothing', () => {
    expect(lines.map(({ damaged: shown }) => shown)).toEqual([false, false, true, true]);
  });

  test('[CHT-128] has a key of its own although it has no id', () => {
    expect(new Set(lines.map(({ key }) => key)).size).toBe(4);
  });
});

describe('Enter', () => {
  const enter = { key: 'Enter', isComposing: false, keyCode: 13, shiftKey: false };

  test('[WEB-32] isSubmitKey', () => {
    expect(isSubmitKey(enter)).toBe(true);
    expect(isSubmitKey({ ...enter, key: 'a' })).toBe(false);
  });

  test('[WEB-32] that ends a composition never isSubmitKey, by either sign of it', () => {
    expect(isSubmitKey({ ...enter, isComposing: true })).toBe(false);
    expect(isSubmitKey({ ...enter, keyCode: 229 })).toBe(false);
  });

  test('[WEB-32] with Shift is a new line', () => {
    expect(isSubmitKey({ ...enter, shiftKey: true })).toBe(false);
  });
});
