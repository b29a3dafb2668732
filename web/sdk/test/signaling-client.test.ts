/** `SignalingClient` over a fake WebSocket: rate limiting, network changes, reconnecting. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ServerClock } from '../src/clock/server-clock.ts';
import { SignalingClient } from '../src/signaling/client.ts';
import type { NumberedFrame } from '../src/signaling/resume.ts';
import { TooLargeError } from '../src/socket/frame.ts';
import type { ConnectionRejection } from '../src/socket/reconnecting-socket.ts';
import type { Signaling } from '../src/wire.generated.ts';
import { FakeWebSocket } from './fake-web-socket.ts';
import { serverFrame } from './frames.ts';

const WELCOME = { ...serverFrame('welcome'), resumed: false, last_id: 0, ping_ms: 5_000, timeout_ms: 12_000 };

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeWebSocket);
  FakeWebSocket.all = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function startedClient() {
  const ticketRequests: string[] = [];
  const rejections: ConnectionRejection[] = [];
  const refused: NumberedFrame[] = [];
  const client = new SignalingClient({
    tickets: (which) => {
      ticketRequests.push(which);
      return Promise.resolve({ ticket: 't', url: `ws://node-${ticketRequests.length}/`, expires_at: 1 });
    },
    clock: new ServerClock(),
    onFrame: () => undefined,
    onStatus: () => undefined,
    onRejected: (rejection) => rejections.push(rejection),
    onFrameRefused: (frame) => refused.push(frame),
  });
  client.start();
  await vi.advanceTimersByTimeAsync(0);
  return { client, ticketRequests, rejections, refused };
}

async function connectedClient() {
  const started = await startedClient();
  const socket = FakeWebSocket.all[0]!;
  socket.open();
  socket.receive(WELCOME);
  return { ...started, socket };
}

const sentFrames = (socket: FakeWebSocket): unknown[] => socket.sent.filter(({ type }) => type !== 'ping' && type !== 'join').map(({ type, id }) => [type, id]);

describe('a seat over a socket', () => {
  test('[WEB-42] what was too much at once comes again when it may, in its order and under new numbers', async () => {
    const { client, socket } = await connectedClient();
    client.send({ type: 'offer', epoch: 5, sdp: 'v=0' });
    client.send({ type: 'candidate', epoch: 5, candidate: null });
    socket.receive({ type: 'error', code: 'rate_limited', message: '', id: 1, retry_after_ms: 400 });
    socket.receive({ type: 'error', code: 'rate_limited', message: '', id: 2, retry_after_ms: 400 });
    client.send({ type: 'connected', epoch: 5 });
    expect(sentFrames(socket)).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(399);
    expect(sentFrames(socket)).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(sentFrames(socket).slice(2)).toEqual([['offer', 3], ['candidate', 4], ['connected', 5]]);
  });

  test('[WEB-42] any other refusal is final', async () => {
    const { client, socket } = await connectedClient();
    client.send({ type: 'extend' });
    socket.receive({ type: 'error', code: 'not_live', message: '', id: 1 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sentFrames(socket)).toHaveLength(1);
  });

  test('[WEB-43] after a change of networks a socket that stays silent is given up in 2 s, one that answers is kept', async () => {
    const { client, socket } = await connectedClient();
    client.reconnectNow();
    await vi.advanceTimersByTimeAsync(1_900);
    socket.receive({ type: 'pong', sent_at: 1, server_now: 1 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(FakeWebSocket.all, 'it answered').toHaveLength(1);
    client.reconnectNow();
    await vi.advanceTimersByTimeAsync(2_000 + 200);
    expect(FakeWebSocket.all, 'it did not').toHaveLength(2);
  });

  test('[WEB-43] silence beyond timeout_ms is a loss', async () => {
    await connectedClient();
    await vi.advanceTimersByTimeAsync(11_900);
    expect(FakeWebSocket.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(100 + 200);
    expect(FakeWebSocket.all).toHaveLength(2);
  });

  test('[WEB-39] going_away: not before the time that this page was given, then to the node that the scheduler names', async () => {
    const { ticketRequests, socket } = await connectedClient();
    socket.receive({ type: 'going_away', retry_after_ms: 1_500 } satisfies { type: 'going_away' } & Signaling.GoingAway);
    socket.onclose?.({ code: 4000 });
    await vi.advanceTimersByTimeAsync(1_499);
    expect(FakeWebSocket.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(201 + 1);
    expect(FakeWebSocket.all.map(({ url }) => url)).toEqual(['ws://node-1/', 'ws://node-2/']);
    expect(ticketRequests).toEqual(['new', 'new']);
    FakeWebSocket.all[1]!.onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(400);
    expect(FakeWebSocket.all, 'the time was for the first try only').toHaveLength(3);
  });
});

/** Opens and welcomes the newest socket. */
function welcomeNewest(change: Partial<Signaling.Welcome> = {}): FakeWebSocket {
  const socket = FakeWebSocket.all.at(-1)!;
  socket.open();
  socket.receive({ ...WELCOME, ...change });
  return socket;
}

const types = (socket: FakeWebSocket): string[] => socket.sent.map(({ type }) => type).filter((type) => type !== 'ping');

describe('what the server would never take', () => {
  const TOO_LARGE: readonly NumberedFrame[] = [
    { type: 'offer', epoch: 5, sdp: 'x'.repeat(70_000) },
    { type: 'answer', epoch: 5, sdp: 'x'.repeat(70_000) },
    { type: 'offer', epoch: 5, sdp: '한'.repeat(22_000) },
    { type: 'offer', epoch: 5, sdp: '\n'.repeat(33_000) },
    { type: 'candidate', epoch: 5, candidate: { candidate: 'x'.repeat(70_000) } },
    { type: 'data', payload: 'x'.repeat(4_095) },
    { type: 'data', payload: { text: '한'.repeat(1_400) } },
  ];

  test.each(TOO_LARGE)('[WEB-51] a $type that is too large fails its call, and nothing is sent, also later', async (frame) => {
    const { client, socket } = await connectedClient();
    expect(() => client.send(frame)).toThrow(TooLargeError);
    expect(sentFrames(socket)).toEqual([]);
    socket.onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(300);
    expect(types(welcomeNewest({ resumed: true }))).toEqual(['join']);
  });

  test('[WEB-51] what just fits is sent', async () => {
    const { client, socket } = await connectedClient();
    client.send({ type: 'data', payload: 'x'.repeat(4_094) });
    client.send({ type: 'offer', epoch: 5, sdp: 'x'.repeat(65_000) });
    expect(types(socket)).toEqual(['join', 'data', 'offer']);
  });

  test('[WEB-52] after 1009 the largest frame is given up, and the others are sent again', async () => {
    const { client, socket, refused } = await connectedClient();
    client.send({ type: 'extend' });
    client.send({ type: 'offer', epoch: WELCOME.epoch!, sdp: 'x'.repeat(40_000) });
    client.send({ type: 'candidate', epoch: WELCOME.epoch!, candidate: null });
    socket.onclose?.({ code: 1009 });
    expect(refused.map(({ type }) => type)).toEqual(['offer']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(types(welcomeNewest({ resumed: true }))).toEqual(['join', 'extend', 'candidate']);
  });

  test.each([1002, 1003, 1007])('[WEB-52] a frame over which a second socket closes with %i is given up', async (code) => {
    const { client, socket, refused } = await connectedClient();
    client.send({ type: 'extend' });
    socket.onclose?.({ code });
    await vi.advanceTimersByTimeAsync(1_000);
    const second = welcomeNewest({ resumed: true });
    expect(types(second)).toEqual(['join', 'extend']);
    second.onclose?.({ code });
    expect(refused.map(({ type }) => type)).toEqual(['extend']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(types(welcomeNewest({ resumed: true }))).toEqual(['join']);
  });

  test.each([1002, 1003, 1007, 1009])('[WEB-52] sockets that close with %i again and again are no lost line: it ends', async (code) => {
    const { rejections } = await connectedClient();
    for (let round = 0; round < 20; round += 1) {
      FakeWebSocket.all.at(-1)!.onclose?.({ code });
      await vi.advanceTimersByTimeAsync(3_000);
      welcomeNewest({ resumed: true });
    }
    expect(rejections).toMatchObject([{ by: 'socket', code }]);
    expect(FakeWebSocket.all).toHaveLength(5);
  });

  test('[WEB-52] a line that is lost again and again is tried for ever', async () => {
    const { rejections } = await connectedClient();
    for (let round = 0; round < 20; round += 1) {
      FakeWebSocket.all.at(-1)!.onclose?.({ code: 1006 });
      await vi.advanceTimersByTimeAsync(3_000);
      welcomeNewest({ resumed: true });
    }
    expect(rejections).toEqual([]);
    expect(FakeWebSocket.all).toHaveLength(21);
  });
});

describe('leaving', () => {
  test.each([1000, 1001, 1005, 1006, 1011, 1012, 4000, 4001, 4002, 4004, 4005, 4504])('[WEB-53] is final: whatever close follows, here %i, there is no other join', async (code) => {
    const { client, socket, rejections } = await connectedClient();
    client.leave();
    expect(types(socket)).toEqual(['join', 'leave']);
    socket.onclose?.({ code });
    client.reconnectNow();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeWebSocket.all).toHaveLength(1);
    expect(rejections).toEqual([]);
  });

  test('[WEB-53] a server that says nothing more is left after 5 s', async () => {
    const { client, socket } = await connectedClient();
    client.leave();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(socket.readyState).toBe(3);
    expect(FakeWebSocket.all).toHaveLength(1);
  });

  test('[WEB-53] without a socket the seat is resumed once, in order to leave it, and nothing else is sent', async () => {
    const { client, socket } = await connectedClient();
    client.send({ type: 'extend' });
    socket.onclose?.({ code: 1006 });
    client.leave();
    await vi.advanceTimersByTimeAsync(0);
    const second = welcomeNewest({ resumed: true });
    expect(second.sent[0]).toMatchObject({ type: 'join', resume: { token: WELCOME.resume_token } });
    expect(types(second)).toEqual(['join', 'leave']);
    second.onclose?.({ code: 1000 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeWebSocket.all).toHaveLength(2);
  });

  test('[WEB-53] a seat that may be gone is not taken again in order to leave it', async () => {
    const { client } = await connectedClient();
    for (let elapsed = 0; elapsed < 21; elapsed += 1) {
      FakeWebSocket.all.at(-1)!.onclose?.({ code: 1006 });
      await vi.advanceTimersByTimeAsync(1_000);
    }
    const sockets = FakeWebSocket.all.length;
    client.leave();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeWebSocket.all.slice(sockets)).toEqual([]);
  });

  test('[WEB-53] who was never in does not join in order to leave', async () => {
    const { client } = await startedClient();
    client.leave();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeWebSocket.all.flatMap(({ sent }) => sent)).toEqual([]);
    expect(FakeWebSocket.all).toHaveLength(1);
  });

  test('[WEB-53] a join that was sent already is left as soon as it is answered', async () => {
    const { client } = await startedClient();
    const socket = FakeWebSocket.all[0]!;
    socket.open();
    client.leave();
    socket.receive(WELCOME);
    expect(types(socket)).toEqual(['join', 'leave']);
    socket.onclose?.({ code: 1000 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeWebSocket.all).toHaveLength(1);
  });
});

describe('a refusal to retry', () => {
  test('[WEB-54] a join refused for a socket that may be dead is tried again after the time that the server names', async () => {
    const { client: _, rejections } = await startedClient();
    const socket = FakeWebSocket.all[0]!;
    socket.open();
    socket.receive({ type: 'error', code: 'already_joined', message: '', retry_after_ms: 4_000 });
    socket.onclose?.({ code: 4004 });
    await vi.advanceTimersByTimeAsync(3_999);
    expect(FakeWebSocket.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(401);
    expect(FakeWebSocket.all).toHaveLength(2);
    expect(rejections).toEqual([]);
  });

  test('[WEB-54] what a quota refused is sent again after the time that the server names', async () => {
    const { client, socket } = await connectedClient();
    client.send({ type: 'data', payload: 1 });
    socket.receive({ type: 'error', code: 'quota_exceeded', message: '', id: 1, retry_after_ms: 7_000 });
    await vi.advanceTimersByTimeAsync(6_999);
    expect(sentFrames(socket)).toHaveLength(1);
    socket.receive({ type: 'heartbeat' });
    await vi.advanceTimersByTimeAsync(1);
    expect(sentFrames(socket)).toEqual([['data', 1], ['data', 2]]);
  });
});
