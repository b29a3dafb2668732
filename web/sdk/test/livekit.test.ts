/** The connection to LiveKit, over its library with a fake room: what is published, what is received, when it ends. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { livekit } from '../src/media/livekit.ts';
import type { NegotiationParams, TransportContext } from '../src/media/transport.ts';
import { FakeStream, FakeTrack } from './fake-media.ts';

type Handler = (...parts: never[]) => void;

const rooms: FakeRoom[] = [];

class FakeRoom {
  state = 'disconnected';
  readonly remoteParticipants = new Map<string, { getTrackPublication: () => object | undefined }>();
  readonly handlers = new Map<string, Handler>();
  readonly published: { id: string; source: string; simulcast: boolean }[] = [];
  readonly unpublished: { id: string; stop: boolean }[] = [];
  readonly replaced: string[] = [];
  readonly connected: unknown[] = [];
  readonly options: object;
  left = false;
  localParticipant = {
    publishTrack: async (track: FakeTrack, { source, simulcast }: { source: string; simulcast: boolean }) => {
      this.published.push({ id: track.id, source, simulcast });
      const local = { mediaStreamTrack: track, replaceTrack: async (next: FakeTrack) => void ((local.mediaStreamTrack = next), this.replaced.push(next.id)) };
      return { track: local };
    },
    unpublishTrack: async ({ mediaStreamTrack }: { mediaStreamTrack: FakeTrack }, stop: boolean) => void this.unpublished.push({ id: mediaStreamTrack.id, stop }),
  };

  constructor(options: object) {
    this.options = options;
    rooms.push(this);
  }

  on(event: string, handler: Handler): this {
    this.handlers.set(event, handler);
    return this;
  }

  tell(event: string, ...parts: unknown[]): void {
    this.handlers.get(event)?.(...(parts as never[]));
  }

  async connect(...parts: unknown[]): Promise<void> {
    this.connected.push(...parts);
    this.state = 'connected';
  }

  removeAllListeners(): void {
    this.handlers.clear();
  }

  async disconnect(): Promise<void> {
    this.left = true;
  }
}

vi.mock('livekit-client', () => ({
  setLogLevel: () => undefined,
  Room: FakeRoom,
  RoomEvent: { ParticipantConnected: 'joined', ParticipantDisconnected: 'gone', ConnectionStateChanged: 'state', TrackSubscribed: 'track', TrackUnsubscribed: 'untrack', Disconnected: 'disconnected' },
  ConnectionState: { Connected: 'connected', SignalReconnecting: 'signalReconnecting' },
  Track: { Source: { Camera: 'camera', Microphone: 'microphone', ScreenShare: 'screen_share' } },
}));

const PARAMS = { frame: { epoch: 1, media: { kind: 'livekit', url: 'wss://media/', token: 't', room: 'r' }, ice_servers: [] }, me: 'ann', polite: false, policy: 'relay' } as unknown as NegotiationParams;

beforeEach(() => {
  rooms.length = 0;
  vi.stubGlobal('MediaStream', FakeStream);
});
afterEach(() => vi.unstubAllGlobals());

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

async function joined() {
  const states: string[] = [];
  const devices: { audio: FakeTrack | null; video: FakeTrack | null } = { audio: new FakeTrack('audio', 'mic'), video: new FakeTrack('video', 'cam') };
  const shared = new Set<FakeTrack>();
  const context = {
    send: vi.fn(),
    outgoingTrack: (kind: 'audio' | 'video') => devices[kind],
    sharedTracks: () => shared,
    onStateChange: (state: string) => states.push(state),
    onStreamsChange: vi.fn(),
    isPeerReachable: () => true,
  } as unknown as TransportContext;
  const transport = livekit.createTransport(PARAMS, context);
  await vi.waitFor(() => expect(rooms).toHaveLength(1));
  await settled();
  return { transport, room: rooms[0]!, states, devices, shared, context, remote: () => (transport.remote as unknown as FakeStream).tracks.map(({ id }) => id) };
}

describe('a room of LiveKit', () => {
  test('[WEB-125] is joined by the session’s rule for routes, and gets camera and microphone, without simulcast', async () => {
    const { room } = await joined();
    expect(room.connected).toEqual(['wss://media/', 't', { rtcConfig: { iceTransportPolicy: 'relay' } }]);
    expect(room.options).toMatchObject({ stopLocalTrackOnUnpublish: false });
    expect(room.published).toEqual([{ id: 'mic', source: 'microphone', simulcast: false }, { id: 'cam', source: 'camera', simulcast: false }]);
  });

  test('[WEB-125] follows a change of devices in place, and takes back what is no longer sent without stopping it', async () => {
    const { transport, room, devices, shared } = await joined();
    devices.video = new FakeTrack('video', 'cam-2');
    const screen = new FakeTrack('video', 'screen');
    shared.add(screen);
    transport.updateTracks();
    await settled();
    expect([room.replaced, room.published.at(-1)]).toEqual([['cam-2'], { id: 'screen', source: 'screen_share', simulcast: false }]);
    shared.delete(screen);
    devices.audio = null;
    transport.updateTracks();
    await settled();
    expect(room.unpublished.map(({ id }) => id).sort()).toEqual(['mic', 'screen']);
    expect(room.unpublished.every(({ stop }) => !stop)).toBe(true);
  });

  test('[WEB-125] counts as connected while the other one is in it, also while it reconnects', async () => {
    const { room, states } = await joined();
    expect(states).toEqual([]);
    room.remoteParticipants.set('bo', { getTrackPublication: () => undefined });
    room.tell('joined');
    room.state = 'signalReconnecting';
    room.tell('state');
    expect(states).toEqual(['connected', 'connected']);
    room.remoteParticipants.clear();
    room.tell('gone');
    expect(states.at(-1)).toBe('interrupted');
  });

  test('[WEB-125] puts a camera beside the microphone, and a screen apart', async () => {
    const { transport, room, remote } = await joined();
    const camera = new FakeTrack('video', 'their-cam');
    room.tell('track', { mediaStreamTrack: camera }, { source: 'camera' });
    room.tell('track', { mediaStreamTrack: new FakeTrack('video', 'their-screen') }, { source: 'screen_share' });
    expect([remote(), (transport.shared as unknown as FakeStream).tracks.map(({ id }) => id)]).toEqual([['their-cam'], ['their-screen']]);
    const stream = transport.remote;
    room.tell('untrack', { mediaStreamTrack: camera });
    expect(remote()).toEqual([]);
    expect(transport.remote, 'a media element that ran dry would stay silent').not.toBe(stream);
  });

  test('[WEB-125] reads the receiver of the other one’s camera', async () => {
    const { transport, room } = await joined();
    expect(transport.videoReceiver).toBeNull();
    const receiver = {};
    room.remoteParticipants.set('bo', { getTrackPublication: () => ({ track: { receiver } }) });
    expect(transport.videoReceiver).toBe(receiver);
  });

  test('[WEB-125] is left at the end, and tells nothing afterwards', async () => {
    const { transport, room, states } = await joined();
    const told = room.handlers.get('joined')!;
    transport.close();
    room.remoteParticipants.set('bo', { getTrackPublication: () => undefined });
    told();
    expect([room.left, room.handlers.size, states]).toEqual([true, 0, []]);
  });
});
