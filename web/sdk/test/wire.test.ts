import { describe, expect, test } from 'vitest';
import { applyChat, emptyChatRoom } from '../src/chat/state.ts';
import { ResumeState } from '../src/signaling/resume.ts';
import { BEFORE_JOIN, applyFrame } from '../src/signaling/session.ts';
import { parseFrame } from '../src/socket/frame.ts';
import { CLOSE_CODES, type Chat, type JoinResponse, type Notification, type SessionView, type Signaling, type TicketResponse } from '../src/wire.generated.ts';
import { fixtures, raw } from './frames.ts';

/** `satisfies` makes the compiler refuse a list that lacks a type or has one too many. */
const SIGNALING_CLIENT = { join: 1, offer: 1, answer: 1, candidate: 1, connected: 1, extend: 1, data: 1, refresh: 1, ping: 1, leave: 1 } satisfies Record<Signaling.ClientFrame['type'], 1>;
const SIGNALING_SERVER = {
  welcome: 1, waiting: 1, peer_joined: 1, peer_lost: 1, peer_resumed: 1, peer_left: 1, negotiate: 1, offer: 1, answer: 1, candidate: 1,
  countdown: 1, countdown_cancelled: 1, live: 1, paused: 1, rescheduled: 1, extend_requested: 1, extended: 1, ending: 1, ended: 1, data: 1,
  ice_servers: 1, going_away: 1, pong: 1, ok: 1, error: 1,
} satisfies Record<Signaling.ServerFrame['type'], 1>;
const CHAT_CLIENT = { hello: 1, send: 1, read: 1, delivered: 1, typing: 1, history: 1, delete: 1, presence: 1, status: 1, ping: 1 } satisfies Record<Chat.ChatClientFrame['type'], 1>;
const CHAT_SERVER = {
  welcome: 1, sent: 1, message: 1, deleted: 1, read: 1, delivered: 1, typing: 1, presence: 1, room: 1, removed: 1, post: 1, heads: 1, messages: 1, going_away: 1, pong: 1, ok: 1, error: 1,
} satisfies Record<Chat.ChatServerFrame['type'], 1>;

describe('the wire', () => {
  test.each([
    ['signaling_client', SIGNALING_CLIENT],
    ['signaling_server', SIGNALING_SERVER],
    ['chat_client', CHAT_CLIENT],
    ['chat_server', CHAT_SERVER],
  ])('[WEB-24] %s: the golden fixtures have every frame type that TypeScript knows, and no other', (file, types) => {
    const seen = new Set(fixtures<{ type: string }>(file).map(({ frame }) => frame.type));
    expect([...seen].sort()).toEqual(Object.keys(types).sort());
  });

  test.each(fixtures<Signaling.ServerFrame>('signaling_server'))('[WEB-24] signaling decodes "$name"', ({ frame }) => {
    expect(Object.values(applyFrame(BEFORE_JOIN, frame, 0))).not.toContain(undefined);
  });

  test.each(fixtures<Chat.ChatServerFrame>('chat_server'))('[WEB-24] chat decodes "$name"', ({ frame }) => {
    expect(Object.values(applyChat(emptyChatRoom('room-1', 'u-ann'), frame))).not.toContain(undefined);
  });

  test('[WEB-24] the bodies that the page reads have the fields that it reads', () => {
    const bodies = raw('http') as { kind: string; frame: unknown }[];
    const of = <T>(kind: string): T[] => bodies.filter((body) => body.kind === kind).map(({ frame }) => frame as T);
    for (const { session, user_id, access } of of<JoinResponse>('join_response')) {
      expect([session.id, session.room_id, user_id, access].map((value) => typeof value)).toEqual(Array(4).fill('string'));
    }
    for (const session of of<SessionView>('session_view')) {
      expect(session.participants).toHaveLength(2);
      for (const { joined_at, left_at } of session.participants) expect([joined_at, left_at].every(Array.isArray)).toBe(true);
    }
    for (const { ticket, url, expires_at } of of<TicketResponse>('ticket_response')) {
      expect([typeof ticket, typeof url, typeof expires_at]).toEqual(['string', 'string', 'number']);
    }
    for (const { id, kind } of of<Notification>('notification')) expect([typeof id, typeof kind]).toEqual(['string', 'string']);
    for (const kind of ['join_response', 'session_view', 'ticket_response', 'notification']) expect(of(kind).length, kind).toBeGreaterThan(0);
  });

  test('[WEB-36] text that is no frame is dropped, and a type that is not known changes nothing', () => {
    for (const text of ['', '{', '[]', '17', 'null', '"join"', '{"epoch":1}', '{"type":1}']) expect(parseFrame(text)).toBeNull();
    const unknown = parseFrame('{"type":"firework","seq":3}') as Signaling.ServerFrame;
    expect(applyFrame(BEFORE_JOIN, unknown, 0)).toBe(BEFORE_JOIN);
    expect(new ResumeState().acceptSeq((unknown as unknown as { seq: number }).seq), 'its number counts').toBe(true);
  });

  test('[WEB-24] the close codes are those of the table', () => {
    expect(CLOSE_CODES).toEqual(raw('close_codes'));
  });
});
