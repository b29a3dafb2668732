/**
 * Sessions of OpenVidu 2. The library reconnects by itself after a short interruption; once it gives up, the session is joined again.
 * A participant publishes one stream, so shared tracks are not sent. OpenVidu 3 is LiveKit: `@rendezvous/client/media/livekit`.
 *
 * @module @rendezvous/client/media/openvidu
 */
import type { Publisher, Session, StreamEvent } from 'openvidu-browser';
import type { Signaling } from '../wire.generated.ts';
import { mediaServer, type MediaServerClient, type RoomConnection, type RoomContext } from './media-server.ts';

type OpenViduLibrary = typeof import('openvidu-browser');

interface ReceivedStream {
  readonly tracks: readonly MediaStreamTrack[];
  readonly connection: RTCPeerConnection;
}

/** The tracks of the published stream. */
interface DeviceTracks {
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
}

const client: MediaServerClient = {
  kind: 'openvidu',
  async load() {
    const library = await import('openvidu-browser');
    return (context) => new OpenViduConnection(library, context);
  },
};

/** For `createSession({media: [openvidu]})`. The library is imported when a session first needs it. */
export const openvidu = mediaServer(client);

class OpenViduConnection implements RoomConnection {
  readonly #context: RoomContext;
  readonly #session: Session;
  /** What is received, by stream id. */
  readonly #received = new Map<string, ReceivedStream>();
  readonly #remoteConnections = new Set<string>();
  #publisher: Publisher | null = null;
  #published: DeviceTracks = { audio: null, video: null };
  #joined = false;
  #left = false;
  /** The library has disconnected by itself: calling `disconnect` again would throw. */
  #disconnected = false;

  constructor(library: OpenViduLibrary, context: RoomContext) {
    this.#context = context;
    this.#session = newSession(library, context);
    this.#listen();
  }

  async connect({ token }: Signaling.MediaAccess): Promise<void> {
    await this.#session.connect(token);
    if (this.#left) return this.#session.disconnect();
    this.#joined = true;
  }

  get peerPresent(): boolean | null {
    return this.#joined ? this.#remoteConnections.size > 0 : null;
  }

  /** Replaces tracks in place; publishes a new stream if a kind was added or removed. */
  async publish(): Promise<void> {
    if (!this.#joined) return;
    const { transport } = this.#context;
    const previous = this.#published;
    const current: DeviceTracks = { audio: transport.outgoingTrack('audio'), video: transport.outgoingTrack('video') };
    this.#published = current;
    const sameKinds = (previous.audio === null) === (current.audio === null) && (previous.video === null) === (current.video === null);
    if (this.#publisher !== null && sameKinds) {
      if (current.audio !== null && current.audio !== previous.audio) await this.#publisher.replaceTrack(current.audio);
      if (current.video !== null && current.video !== previous.video) await this.#publisher.replaceTrack(current.video);
      return;
    }
    const old = this.#publisher;
    this.#publisher = null;
    if (old !== null) await this.#session.unpublish(old);
    if (this.#left || (current.audio === null && current.video === null)) return;
    const publisher = this.#session.openvidu.initPublisher(undefined, { audioSource: current.audio ?? false, videoSource: current.video ?? false, mirror: false });
    await this.#session.publish(publisher);
    this.#publisher = publisher;
  }

  get videoReceiver(): RTCRtpReceiver | null {
    for (const { connection } of this.#received.values()) {
      const receiver = connection.getReceivers().find(({ track }) => track.kind === 'video');
      if (receiver !== undefined) return receiver;
    }
    return null;
  }

  leave(): void {
    this.#left = true;
    if (!this.#disconnected) this.#session.disconnect();
  }

  #listen(): void {
    const { transport, onPresenceChange, onDisconnected } = this.#context;
    const session = this.#session;
    const unlessLeft = (action: () => void) => () => {
      if (!this.#left) action();
    };
    session.on('connectionCreated', ({ connection }) => unlessLeft(() => this.#handleConnectionCreated(connection.connectionId))());
    session.on('connectionDestroyed', ({ connection }) => unlessLeft(() => this.#handleConnectionDestroyed(connection.connectionId))());
    session.on('streamCreated', (event) => unlessLeft(() => void this.#subscribe(event))());
    session.on('streamDestroyed', (event) => unlessLeft(() => this.#handleStreamDestroyed(event.stream.streamId))());
    session.on('sessionDisconnected', () => {
      this.#disconnected = true;
      onDisconnected();
    });
    session.on('reconnecting', unlessLeft(() => transport.onStateChange('interrupted')));
    session.on('reconnected', onPresenceChange);
  }

  #handleConnectionCreated(connection: string): void {
    if (connection !== this.#session.connection?.connectionId) this.#remoteConnections.add(connection);
    this.#context.onPresenceChange();
  }

  #handleConnectionDestroyed(connection: string): void {
    this.#remoteConnections.delete(connection);
    this.#context.onPresenceChange();
  }

  async #subscribe({ stream }: StreamEvent): Promise<void> {
    try {
      const subscriber = await this.#session.subscribeAsync(stream, undefined as never, { insertMode: undefined } as never);
      if (this.#left) return;
      const tracks = subscriber.stream.getMediaStream()?.getTracks() ?? [];
      this.#received.set(stream.streamId, { tracks, connection: subscriber.stream.getRTCPeerConnection() });
      this.#updateRemoteTracks();
    } catch (error) {
      if (!this.#left) console.warn('subscribing failed', error);
    }
  }

  #handleStreamDestroyed(stream: string): void {
    this.#received.delete(stream);
    this.#updateRemoteTracks();
  }

  #updateRemoteTracks(): void {
    this.#context.setRemoteTracks([...this.#received.values()].flatMap(({ tracks }) => tracks));
  }
}

function newSession(library: OpenViduLibrary, { servers, policy }: RoomContext): Session {
  const openvidu = new library.OpenVidu();
  openvidu.enableProdMode();
  // The library's default is a public STUN server.
  openvidu.setAdvancedConfiguration({
    iceServers: servers.map((server) => ({ ...server })),
    rtcConfiguration: { iceServers: servers.map((server) => ({ ...server })), iceTransportPolicy: policy },
    forceMediaReconnectionAfterNetworkDrop: true,
  });
  return openvidu.initSession();
}
