/** The connection to OpenVidu 2, over its library with a fake session: what is published, what is received, when it ends. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openvidu } from '../src/media/openvidu.ts';
import type { NegotiationParams, TransportContext } from '../src/media/transport.ts';
import { FakeStream, FakeTrack } from './fake-media.ts';

interface Source {
  readonly audioSource: FakeTrack | false;
  readonly videoSource: FakeTrack | false;
}

const sessions: FakeSession[] = [];

class FakeSession {
  readonly handlers = new Map<string, (event: never) => void>();
  readonly published: string[][] = [];
  readonly replaced: string[] = [];
  unpublished = 0;
  disconnected = 0;
  token = '';
  connection = { connectionId: 'own' };
  configuration: { rtcConfiguration?: RTCConfiguration } = {};
  openvidu = {
    initPublisher: (_: undefined, { audioSource, videoSource }: Source) => ({
      ids: [audioSource, videoSource].flatMap((one) => (one === false ? [] : [one.id])),
      replaceTrack: async (track: FakeTrack) => void this.replaced.push(track.id),
    }),
  };

  on(event: string, handler: (event: never) => void): void {
    this.handlers.set(event, handler);
  }

  tell(event: string, data: object = {}): void {
    this.handlers.get(event)?.(data as never);
  }

  async connect(token: string): Promise<void> {
    this.token = token;
  }

  async publish({ ids }: { ids: string[] }): Promise<void> {
    this.published.push(ids);
  }

  async unpublish(): Promise<void> {
    this.unpublished += 1;
  }

  async subscribeAsync({ tracks }: { tracks: FakeTrack[] }): Promise<object> {
    const connection = { getReceivers: () => tracks.map((track) => ({ track })) };
    return { stream: { getMediaStream: () => new FakeStream(tracks), getRTCPeerConnection: () => connection } };
  }

  disconnect(): void {
    this.disconnected += 1;
  }
}

vi.mock('openvidu-browser', () => ({
  OpenVidu: class {
    readonly session = new FakeSession();
    enableProdMode(): void {}
    setAdvancedConfiguration(configuration: object): void {
      this.session.configuration = configuration;
    }
    initSession(): FakeSession {
      sessions.push(this.session);
      return this.session;
    }
  },
}));

const SERVERS = [{ urls: ['turn:relay'], username: 'u', credential: 'c' }];
const PARAMS = { frame: { epoch: 1, media: { kind: 'openvidu', url: 'wss://media/', token: 't', room: 'r' }, ice_servers: SERVERS }, me: 'ann', polite: false, policy: 'relay' } as unknown as NegotiationParams;

beforeEach(() => {
  sessions.length = 0;
  vi.stubGlobal('MediaStream', FakeStream);
});
afterEach(() => vi.unstubAllGlobals());

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

async function joined(audio: FakeTrack | null = new FakeTrack('audio', 'mic'), video: FakeTrack | null = new FakeTrack('video', 'cam')) {
  const states: string[] = [];
  const devices = { audio, video };
  const context = {
    send: vi.fn(),
    outgoingTrack: (kind: 'audio' | 'video') => devices[kind],
    sharedTracks: () => new Set(),
    onStateChange: (state: string) => states.push(state),
    onStreamsChange: vi.fn(),
    isPeerReachable: () => true,
  } as unknown as TransportContext;
  const transport = openvidu.createTransport(PARAMS, context);
  await vi.waitFor(() => expect(sessions).toHaveLength(1));
  await settled();
  return { transport, session: sessions[0]!, states, devices, context, remote: () => (transport.remote as unknown as FakeStream).tracks.map(({ id }) => id) };
}

const stream = (streamId: string, ...tracks: FakeTrack[]) => ({ stream: { streamId, tracks } });

describe('a session of OpenVidu', () => {
  test('[WEB-126] is joined over the session’s own servers, and gets one stream', async () => {
    const { session } = await joined();
    expect([session.token, session.published]).toEqual(['t', [['mic', 'cam']]]);
    expect(session.configuration.rtcConfiguration).toEqual({ iceServers: SERVERS, iceTransportPolicy: 'relay' });
  });

  test('[WEB-126] gets no stream from who has no device', async () => {
    expect((await joined(null, null)).session.published).toEqual([]);
  });

  test('[WEB-126] follows a change of devices in place, and with a new stream where a kind comes or goes', async () => {
    const { transport, session, devices } = await joined();
    devices.video = new FakeTrack('video', 'cam-2');
    transport.updateTracks();
    await settled();
    expect([session.replaced, session.unpublished]).toEqual([['cam-2'], 0]);
    devices.audio = null;
    transport.updateTracks();
    await settled();
    expect([session.unpublished, session.published.at(-1)]).toEqual([1, ['cam-2']]);
  });

  test('[WEB-126] counts as connected while the other one is in it, and this page is not the other one', async () => {
    const { session, states } = await joined();
    session.tell('connectionCreated', { connection: { connectionId: 'own' } });
    expect(states).toEqual([]);
    session.tell('connectionCreated', { connection: { connectionId: 'bo' } });
    expect(states).toEqual(['connected']);
    session.tell('reconnecting');
    session.tell('reconnected');
    session.tell('connectionDestroyed', { connection: { connectionId: 'bo' } });
    expect(states).toEqual(['connected', 'interrupted', 'connected', 'interrupted']);
  });

  test('[WEB-126] shows what is received until it goes, and reads the receiver of the camera', async () => {
    const { transport, session, remote } = await joined();
    session.tell('streamCreated', stream('s1', new FakeTrack('audio', 'their-mic'), new FakeTrack('video', 'their-cam')));
    await settled();
    expect(remote()).toEqual(['their-mic', 'their-cam']);
    expect(transport.videoReceiver).toMatchObject({ track: { id: 'their-cam' } });
    session.tell('streamDestroyed', { stream: { streamId: 's1' } });
    expect([remote(), transport.videoReceiver]).toEqual([[], null]);
  });

  test('[WEB-126] is left once, by whichever side, and tells nothing afterwards', async () => {
    const left = await joined();
    left.transport.close();
    left.session.tell('connectionCreated', { connection: { connectionId: 'bo' } });
    left.session.tell('streamCreated', stream('s1', new FakeTrack('video', 'their-cam')));
    await settled();
    expect([left.session.disconnected, left.states, left.remote()]).toEqual([1, [], []]);
    sessions.length = 0;
    const lost = await joined();
    lost.session.tell('sessionDisconnected');
    lost.transport.close();
    expect(lost.session.disconnected, 'it would throw').toBe(0);
  });
});
