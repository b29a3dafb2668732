/**
 * Sessions of OpenVidu 2. The library reconnects by itself over a short break; whatever comes then is `room.ts`. It takes one stream
 * of a person: beside camera and microphone nothing is shared. OpenVidu 3 is LiveKit: `livekit.ts`.
 */
import type { Publisher, Session, StreamEvent } from 'openvidu-browser';
import type { Signaling } from '../wire.generated.ts';
import type { Backend, Stay, Visit } from './room.ts';

type Library = typeof import('openvidu-browser');

/** Camera and microphone as they are published: one stream of either or both. */
interface Devices {
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
}

export const OPENVIDU: Backend = {
  kind: 'openvidu',
  async load() {
    const library = await import('openvidu-browser');
    return (visit) => new OpenViduStay(library, visit);
  },
};

class OpenViduStay implements Stay {
  readonly #visit: Visit;
  readonly #session: Session;
  /** What is received, by stream. */
  readonly #received = new Map<string, MediaStreamTrack[]>();
  readonly #others = new Set<string>();
  #publisher: Publisher | null = null;
  #published: Devices = { audio: null, video: null };
  #inside = false;
  #left = false;
  /** The library has left already, and would stumble if it were told to. */
  #parted = false;

  constructor(library: Library, visit: Visit) {
    this.#visit = visit;
    this.#session = newSession(library, visit);
    this.#listen();
  }

  async connect({ token }: Signaling.MediaAccess): Promise<void> {
    await this.#session.connect(token);
    if (this.#left) return this.#session.disconnect();
    this.#inside = true;
  }

  get together(): boolean | null {
    return this.#inside ? this.#others.size > 0 : null;
  }

  /** One that is exchanged for another of its kind goes on; where one comes or goes, the stream is made anew. */
  async publish(): Promise<void> {
    if (!this.#inside) return;
    const { around } = this.#visit;
    const before = this.#published;
    const now: Devices = { audio: around.outgoing('audio'), video: around.outgoing('video') };
    this.#published = now;
    const same = (before.audio === null) === (now.audio === null) && (before.video === null) === (now.video === null);
    if (this.#publisher !== null && same) {
      if (now.audio !== null && now.audio !== before.audio) await this.#publisher.replaceTrack(now.audio);
      if (now.video !== null && now.video !== before.video) await this.#publisher.replaceTrack(now.video);
      return;
    }
    const old = this.#publisher;
    this.#publisher = null;
    if (old !== null) await this.#session.unpublish(old);
    if (this.#left || (now.audio === null && now.video === null)) return;
    const publisher = this.#session.openvidu.initPublisher(undefined, { audioSource: now.audio ?? false, videoSource: now.video ?? false, mirror: false });
    await this.#session.publish(publisher);
    this.#publisher = publisher;
  }

  leave(): void {
    this.#left = true;
    if (!this.#parted) this.#session.disconnect();
  }

  #listen(): void {
    const { around, look, lost } = this.#visit;
    const session = this.#session;
    const ifHere = (act: () => void) => () => {
      if (!this.#left) act();
    };
    session.on('connectionCreated', ({ connection }) => ifHere(() => this.#came(connection.connectionId))());
    session.on('connectionDestroyed', ({ connection }) => ifHere(() => this.#went(connection.connectionId))());
    session.on('streamCreated', (event) => ifHere(() => void this.#subscribe(event))());
    session.on('streamDestroyed', (event) => ifHere(() => this.#gone(event.stream.streamId))());
    session.on('sessionDisconnected', () => {
      this.#parted = true;
      lost();
    });
    session.on('reconnecting', ifHere(() => around.changed('interrupted')));
    session.on('reconnected', look);
  }

  #came(connection: string): void {
    if (connection !== this.#session.connection?.connectionId) this.#others.add(connection);
    this.#visit.look();
  }

  #went(connection: string): void {
    this.#others.delete(connection);
    this.#visit.look();
  }

  async #subscribe({ stream }: StreamEvent): Promise<void> {
    try {
      const subscriber = await this.#session.subscribeAsync(stream, undefined as never, { insertMode: undefined } as never);
      if (this.#left) return;
      this.#received.set(stream.streamId, subscriber.stream.getMediaStream()?.getTracks() ?? []);
      this.#show();
    } catch (error) {
      if (!this.#left) console.warn('the other one cannot be received', error);
    }
  }

  #gone(stream: string): void {
    this.#received.delete(stream);
    this.#show();
  }

  #show(): void {
    this.#visit.show([...this.#received.values()].flat());
  }
}

function newSession(library: Library, { servers, policy }: Visit): Session {
  const openvidu = new library.OpenVidu();
  openvidu.enableProdMode();
  // Without servers of ours it would take public ones of others.
  openvidu.setAdvancedConfiguration({
    iceServers: servers.map((server) => ({ ...server })),
    rtcConfiguration: { iceServers: servers.map((server) => ({ ...server })), iceTransportPolicy: policy },
    forceMediaReconnectionAfterNetworkDrop: true,
  });
  return openvidu.initSession();
}
