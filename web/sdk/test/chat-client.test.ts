/** `ChatClient` over a fake WebSocket: what the server would never take, and what it takes later. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ChatClient } from '../src/chat/client.ts';
import type { ChatRoomState, PendingMessage } from '../src/chat/state.ts';
import { ServerClock } from '../src/clock/server-clock.ts';
import { TabStorage } from '../src/storage.ts';
import type { Chat } from '../src/wire.generated.ts';
import { FakeWebSocket } from './fake-web-socket.ts';

const WELCOME: Chat.ChatServerFrame = {
  type: 'welcome',
  user_id: 'ann',
  server_now: 0,
  ping_ms: 25_000,
  timeout_ms: 60_000,
  rooms: [{ room: 'r', epoch: 'e', kind: 'pair', role: 'member', last_seq: 0, min_seq: 1, read_seq: 0, unread: 0, read_by: 0, changes: 0, last_message: null, recovered: false, members: [] }],
};

const stored = new Map<string, string>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeWebSocket);
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  });
  FakeWebSocket.all = [];
  stored.clear();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A page of the room; another one in the same storage is a reload. */
async function page() {
  let state: ChatRoomState | undefined;
  const client = new ChatClient({
    room: 'r',
    me: 'ann',
    others: ['bo'],
    tickets: () => Promise.resolve({ ticket: 't', url: 'ws://chat/', expires_at: 1 }),
    clock: new ServerClock(),
    storage: new TabStorage('chat:'),
    onChange: (next) => (state = next),
    onStatus: () => undefined,
    onRejected: () => undefined,
    onTyping: () => undefined,
  });
  client.start();
  await vi.advanceTimersByTimeAsync(0);
  return { client, socket: welcomed(), pending: (): readonly PendingMessage[] => state?.pending ?? [] };
}

function welcomed(): FakeWebSocket {
  const socket = FakeWebSocket.all.at(-1)!;
  socket.open();
  socket.receive(WELCOME);
  return socket;
}

const bodies = (socket: FakeWebSocket): unknown[] => socket.sent.filter(({ type }) => type === 'send').map(({ body }) => body);

describe('messages that the server would not take', () => {
  test.each([
    ['letters', 'x'.repeat(70_000)],
    ['syllables of three bytes', '한'.repeat(5_462)],
    ['escapes that make the frame too large', '\u0001'.repeat(16_000)],
    ['half surrogates', '\ud800'.repeat(16_000)],
  ])('[WEB-55] %s fail at once with too_large, and are never sent, also after a reload', async (_, body) => {
    const { client, socket, pending } = await page();
    expect(client.send(body)).toBe(true);
    expect(pending()).toMatchObject([{ state: 'failed', refusal: { code: 'too_large' } }]);
    client.retry(pending()[0]!.clientId);
    const reloaded = await page();
    await vi.advanceTimersByTimeAsync(30_000);
    expect([...bodies(socket), ...bodies(reloaded.socket)]).toEqual([]);
    expect(reloaded.pending()).toMatchObject([{ state: 'failed', refusal: { code: 'too_large' } }]);
  });

  test('[WEB-55] what an earlier page kept without measuring it fails at the next load', async () => {
    const { client, pending } = await page();
    client.send('x');
    stored.set('chat:pending', JSON.stringify([{ ...pending()[0], body: 'x'.repeat(70_000), state: 'sending' }]));
    const reloaded = await page();
    expect(reloaded.pending()).toMatchObject([{ state: 'failed', refusal: { code: 'too_large' } }]);
    expect(bodies(reloaded.socket)).toEqual([]);
  });

  test('[WEB-55] what just fits is sent', async () => {
    const { client, socket } = await page();
    client.send('x'.repeat(16_384));
    expect(bodies(socket)).toHaveLength(1);
  });

  test('[WEB-55] a failed message can be taken back, to be written anew', async () => {
    const { client, pending } = await page();
    client.send('x'.repeat(70_000));
    const { clientId } = pending()[0]!;
    expect(client.takeBack(clientId)).toHaveLength(70_000);
    expect(pending()).toEqual([]);
    expect(client.takeBack(clientId)).toBeNull();
  });

  test('[WEB-56] after 1009 the largest message fails, the others are sent again, and a reload changes nothing', async () => {
    const { client, socket, pending } = await page();
    for (const body of ['short', 'a longer one that the server does not take', 'short too']) client.send(body);
    socket.onclose?.({ code: 1009 });
    expect(pending().map(({ state, refusal }) => refusal?.code ?? state)).toEqual(['sending', 'too_large', 'sending']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(bodies(welcomed())).toEqual(['short', 'short too']);
    expect(bodies((await page()).socket)).toEqual(['short', 'short too']);
  });

  test.each([1002, 1003, 1007])('[WEB-56] a message over which a second socket closes with %i fails', async (code) => {
    const { client, socket, pending } = await page();
    client.send('hello');
    socket.onclose?.({ code });
    expect(pending()).toMatchObject([{ state: 'sending' }]);
    await vi.advanceTimersByTimeAsync(1_000);
    welcomed().onclose?.({ code });
    expect(pending()).toMatchObject([{ state: 'failed', refusal: { code: 'malformed' } }]);
  });

  test('[WEB-56] 4500 fails what was in flight, so that a reload does not end the same way', async () => {
    const { client, socket } = await page();
    client.send('hello');
    socket.onclose?.({ code: 4500 });
    expect(bodies((await page()).socket)).toEqual([]);
  });

  test('[WEB-56] a lost line fails nothing, however often', async () => {
    const { client, pending } = await page();
    client.send('hello');
    for (let round = 0; round < 20; round += 1) {
      FakeWebSocket.all.at(-1)!.onclose?.({ code: 1006 });
      await vi.advanceTimersByTimeAsync(3_000);
      expect(bodies(welcomed())).toEqual(['hello']);
    }
    expect(pending()).toMatchObject([{ state: 'sending' }]);
  });

  test('[WEB-56] a refusal says why, except where another try helps: then it is made when the server says', async () => {
    const { client, socket, pending } = await page();
    client.send('one');
    client.send('two');
    const [one, two] = socket.sent.filter(({ type }) => type === 'send');
    socket.receive({ type: 'error', code: 'bad_text', message: '', id: one!.id });
    socket.receive({ type: 'error', code: 'quota_exceeded', message: '', id: two!.id, retry_after_ms: 20_000 });
    expect(pending().map(({ state, refusal }) => refusal?.code ?? state)).toEqual(['bad_text', 'sending']);
    client.send('three');
    await vi.advanceTimersByTimeAsync(19_999);
    expect(bodies(socket)).toEqual(['one', 'two']);
    socket.receive({ type: 'heads', rooms: [] });
    await vi.advanceTimersByTimeAsync(1);
    expect(bodies(socket)).toEqual(['one', 'two', 'two', 'three']);
    socket.receive({ type: 'error', code: 'quota_exceeded', message: '', id: socket.sent.at(-1)!.id, retry_after_ms: 3_600_000 });
    expect(pending().map(({ state, refusal }) => refusal?.code ?? state), 'too long to be held back').toEqual(['bad_text', 'sending', 'quota_exceeded']);
  });
});

describe('a message that is taken back', () => {
  test('[CHT-237] is asked for by its number, and only where chat hears it', async () => {
    const { client, socket } = await page();
    expect(client.deleteMessage(7)).toBe(true);
    expect(socket.sent.at(-1)).toMatchObject({ type: 'delete', room: 'r', seq: 7 });
    client.stop();
    expect(client.deleteMessage(7)).toBe(false);
  });
});
