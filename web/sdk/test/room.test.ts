/** `MediaServerTransport` over a fake client library: when it joins, rejoins and leaves. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MediaServerTransport, type MediaServerClient, type RoomConnection, type RoomContext } from '../src/media/media-server.ts';
import type { NegotiationParams, TransportContext } from '../src/media/transport.ts';
import type { NumberedFrame } from '../src/signaling/resume.ts';
import type { Signaling } from '../src/wire.generated.ts';

/** Longer than any backoff delay (ms). */
const LONG_MS = 4_000;

class FakeRoomConnection implements RoomConnection {
  peerPresent: boolean | null = null;
  readonly videoReceiver = null;
  token = '';
  left = 0;
  published = 0;
  inside!: () => void;
  refused!: (error: Error) => void;
  readonly context: RoomContext;

  constructor(context: RoomContext) {
    this.context = context;
  }

  connect({ token }: Signaling.MediaAccess): Promise<void> {
    this.token = token;
    return new Promise((inside, refused) => Object.assign(this, { inside, refused }));
  }

  publish = (): Promise<void> => Promise.resolve(void (this.published += 1));
  leave = (): void => void (this.left += 1);

  async joins(peerPresent: boolean): Promise<void> {
    this.peerPresent = peerPresent;
    this.inside();
    await settled();
  }
}

class FakeMediaStream {
  readonly tracks: unknown[];
  constructor(tracks: unknown[] = []) {
    this.tracks = tracks;
  }
  getTracks = (): unknown[] => [...this.tracks];
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('MediaStream', FakeMediaStream);
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('a room of a media server', () => {
  test('[WEB-47] that is lost is entered anew with a fresh token, and connected again only once both are in it', async () => {
    const { connections, sent, states, answer } = await room();
    await connections[0]!.joins(true);
    connections[0]!.context.onDisconnected();
    expect(states).toEqual(['connected', 'interrupted']);
    expect(connections[0]!.left).toBe(1);
    expect(sent, 'not at once').toEqual([]);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(sent).toEqual([{ type: 'refresh' }]);
    await answer('second');
    expect(connections.map(({ token }) => token)).toEqual(['first', 'second']);
    await connections[1]!.joins(false);
    expect(states.at(-1)).toBe('interrupted');
    connections[1]!.peerPresent = true;
    connections[1]!.context.onPresenceChange();
    expect(states.at(-1)).toBe('connected');
  });

  test('[WEB-47] that is out of reach is asked for again and again, at growing distances', async () => {
    const { connections, sent, states, answer } = await room();
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      connections.at(-1)!.refused(new Error('nobody answers'));
      await settled();
      const from = Date.now();
      await vi.advanceTimersToNextTimerAsync();
      waits.push(Date.now() - from);
      await answer(`token ${attempt}`);
    }
    expect(sent).toHaveLength(5);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(new Set(waits).size).toBeGreaterThan(3);
    expect(states, 'nobody was ever met').toEqual([]);
  });

  test('[WEB-47] is kept where a new epoch goes on in it, and asked for at once where one waits to come again', async () => {
    const { media, connections, sent } = await room();
    await connections[0]!.joins(true);
    expect(media.tryReuse(params('again'))).toBe(true);
    expect(media.tryReuse(params('other', { room: 's.2' }))).toBe(false);
    expect(media.tryReuse(params('other', { kind: 'openvidu' }))).toBe(false);
    media.handleReconnect();
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(sent, 'who is in it needs no token').toEqual([]);
    expect(connections[0]!.left).toBe(0);
    for (const reconnectNow of [() => media.handleReconnect(), () => media.tryReuse(params('again'))]) {
      sent.length = 0;
      media.restart();
      reconnectNow();
      await vi.advanceTimersByTimeAsync(0);
      expect(sent).toEqual([{ type: 'refresh' }]);
    }
  });

  test('[WEB-47] that was left tells nothing more, however late it opens', async () => {
    const { media, connections, sent, states, answer } = await room();
    media.restart();
    await vi.advanceTimersByTimeAsync(LONG_MS);
    await answer('second');
    await connections[0]!.joins(true);
    connections[0]!.context.onPresenceChange();
    connections[0]!.context.onDisconnected();
    expect(states).toEqual([]);
    expect(connections.map(({ left, published }) => ({ left, published }))).toEqual([{ left: 1, published: 0 }, { left: 0, published: 0 }]);
    await connections[1]!.joins(true);
    expect(connections[1]!.published).toBe(1);
    media.close();
    connections[1]!.context.onDisconnected();
    await answer('third');
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(connections).toHaveLength(2);
    expect(connections[1]!.left).toBe(1);
    expect(sent).toHaveLength(1);
    expect(states).toEqual(['connected']);
  });
});

async function room() {
  const connections: FakeRoomConnection[] = [];
  const sent: NumberedFrame[] = [];
  const states: string[] = [];
  const client: MediaServerClient = {
    kind: 'livekit',
    load: () => Promise.resolve((context) => connections[connections.push(new FakeRoomConnection(context)) - 1]!),
  };
  const transport: TransportContext = {
    send: (frame) => sent.push(frame),
    outgoingTrack: () => null,
    sharedTracks: () => new Set(),
    onStateChange: (state) => states.push(state),
    onStreamsChange: () => undefined,
    isPeerReachable: () => true,
  };
  const media = new MediaServerTransport(client, params('first'), transport);
  await settled();
  /** Delivers the reply to `refresh`. */
  const answer = async (token: string): Promise<void> => {
    media.updateIceServers({ ice_servers: [], media: access(token) });
    await settled();
  };
  return { media, connections, sent, states, answer };
}

function params(token: string, changed: Partial<Signaling.MediaAccess> = {}): NegotiationParams {
  return { frame: { epoch: 1, ice_servers: [], media: { ...access(token), ...changed } }, me: 'ann', polite: false, policy: 'all' };
}

function access(token: string): Signaling.MediaAccess {
  return { kind: 'livekit', url: 'wss://media.example', room: 's.1', token };
}

/** Runs pending microtasks and timers that are due now. */
async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}
