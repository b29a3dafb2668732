import type { Chat } from '@rendezvous/client';
import { emptyChatRoom, type ChatRoomState } from '@rendezvous/client/chat';
import { render } from 'svelte/server';
import { describe, expect, test } from 'vitest';
import ChatBubble from '../src/components/ChatBubble.svelte';
import { words } from '../src/i18n/index.ts';
import { bubbles, type Bubble } from '../src/session/chat-lines.ts';
import { isSubmitKey } from '../src/session/submit-key.ts';
import { textOf } from './rendered.ts';

const MINUTE = 60_000;
const NOW = 10 * MINUTE;

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
    expect(bubbles(ROOM, null, sameDay, NOW).map(({ state }) => state)).toEqual(['read', 'read', 'sent', 'sent', 'sending']);
  });

  test('[WEB-31] the time stands once below what one person wrote in one minute', () => {
    expect(bubbles(ROOM, null, sameDay, NOW).map(({ closesMinute }) => closesMinute)).toEqual([false, true, true, true, true]);
  });

  test('[WEB-31] each day is opened once', () => {
    expect(bubbles(ROOM, null, sameDay, NOW).map(({ opensDay }) => opensDay)).toEqual([true, false, false, false, true]);
  });

  test('[WEB-31] the divider stands before the first of theirs that was not read', () => {
    expect(bubbles(ROOM, 1, sameDay, NOW).findIndex(({ firstUnread }) => firstUnread)).toBe(3);
    expect(bubbles(ROOM, 4, sameDay, NOW).some(({ firstUnread }) => firstUnread)).toBe(false);
  });
});

describe('a message that was damaged in storage', () => {
  const damaged = { ...message(3, 'ann', MINUTE), body: null, corrupt: true };
  const gone = { ...message(4, '', MINUTE), message_id: '', client_id: '', body: null, corrupt: true };
  const lines = bubbles({ ...ROOM, messages: [message(1, 'ann', 0), message(2, 'ann', 5_000), damaged, gone], pending: [] }, null, sameDay, NOW);

  test('[CHT-128] is told apart from one that says nothing', () => {
    expect(lines.map(({ gone }) => gone)).toEqual([null, null, 'damaged', 'damaged']);
  });

  test('[CHT-128] has a key of its own although it has no id', () => {
    expect(new Set(lines.map(({ key }) => key)).size).toBe(4);
  });
});

describe('a message without a text', () => {
  const mine = { ...message(1, 'ann', 0), body: null, deleted: true };
  const theirs = { ...message(2, 'bo', 5_000), body: null, deleted: true };
  const over = { ...message(3, 'ann', MINUTE), body: null, expires_at: 2 * MINUTE };
  const held = { ...message(4, 'bo', MINUTE), expires_at: NOW };
  const alive = { ...message(5, 'bo', MINUTE), expires_at: NOW + 1 };
  const lines = bubbles({ ...ROOM, messages: [mine, theirs, over, held, alive], pending: [] }, null, sameDay, NOW);
  const drawn = (line: Bubble, offline = false): string =>
    render(ChatBubble, { props: { line, offline, now: NOW, retry: () => undefined, edit: () => undefined, takeBack: () => undefined } }).body;

  test('[CHT-236] was taken back, or its time is over, also where this page still holds it', () => {
    expect(lines.map(({ gone }) => gone)).toEqual(['deleted', 'deleted', 'expired', 'expired', null]);
  });

  test('[CHT-236] says which of it, in place of the text', () => {
    expect(textOf(drawn(lines[0]!), 'chat-deleted')).toBe(words.deletedMessage);
    expect(textOf(drawn(lines[3]!), 'chat-expired')).toBe(words.expiredMessage);
    expect(drawn(lines[3]!)).not.toContain('>4<');
    expect(textOf(drawn(lines[4]!), 'chat-body')).toBe('5');
  });

  test("[CHT-236] one's own alone can be taken back, once, while chat answers", () => {
    const [sent, , , theirMessage] = bubbles({ ...ROOM, messages: [message(1, 'ann', 0), message(2, 'bo', 1), message(3, 'ann', 2), message(4, 'bo', 3)] }, null, sameDay, NOW);
    const hasBin = (line: Bubble, offline = false): boolean => drawn(line, offline).includes('data-testid="chat-delete"');
    expect(hasBin(sent!)).toBe(true);
    expect(hasBin(sent!, true)).toBe(false);
    expect(hasBin(theirMessage!)).toBe(false);
    expect(hasBin(lines[0]!)).toBe(false);
    expect(hasBin(bubbles(ROOM, null, sameDay, NOW).at(-1)!)).toBe(false);
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
