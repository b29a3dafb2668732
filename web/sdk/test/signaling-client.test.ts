/** `SignalingClient` over a fake WebSocket: rate limiting, network changes, reconnecting. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ServerClock } from '../src/clock/server-clock.ts';
import { SignalingClient } from '../src/signaling/client.ts';
import type { Signaling } from '../src/wire.generated.ts';
import { serverFrame } from './frames.ts';

/** The part of WebSocket that `ReconnectingSocket` uses. */
class FakeWebSocket {
  static readonly OPEN = 1;
  static all: FakeWebSocket[] = [];
  readonly sent: ({ type: string; id?: number } & Record<string, unknown>)[] = [];
  readyState = FakeWebSocket.OPEN;
  onopen: (() => void) | undefined;
  onmessage: ((event: { data: string }) => void) | undefined;
  onclose: ((event: { code: number }) => void) | undefined;
  readonly url: string;
  constructor(url: string) {
    this.url = url;
    FakeWebSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as (typeof this.sent)[number]);
  }
  close(): void {
    this.readyState = 3;
  }
  receive(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

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

async function connectedClient() {
  const ticketRequests: string[] = [];
  const client = new SignalingClient({
    tickets: (which) => {
      ticketRequests.push(which);
      return Promise.resolve({ ticket: 't', url: `ws://node-${ticketRequests.length}/`, expires_at: 1 });
    },
    clock: new ServerClock(),
    onFrame: () => undefined,
    onStatus: () => undefined,
    onRejected: () => undefined,
  });
  client.start();
  await vi.advanceTimersByTimeAsync(0);
  const socket = FakeWebSocket.all[0]!;
  socket.onopen?.();
  socket.receive(WELCOME);
  return { client, ticketRequests, socket };
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
