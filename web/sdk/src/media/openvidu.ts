/**
 * A session of OpenVidu 2. The client library is loaded only when a session needs it. It reconnects by itself over a short
 * break; after a longer one a fresh token is asked for, and the session is entered anew. OpenVidu 3 is LiveKit: `livekit.ts`.
 */
import type { Publisher, Session, StreamEvent } from 'openvidu-browser';
import { backOff } from '../reconnect.ts';
import type { IceServer, Signaling } from '../wire.generated.ts';
import type { Carrier, Pairing, Surroundings } from './carrier.ts';

type Library = typeof import('openvidu-browser');

/** Camera and microphone as they are published: one stream of either or both. */
interface Devices {
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
}

export class OpenViduRoom implements Carrier {
  remote = new MediaStream();
  /** It takes one stream of a person: there is nothing beside it. */
  readonly shared = new MediaStream();
  readonly #around: Surroundings;
  readonly #policy: RTCIceTransportPolicy;
  #access: Signaling.MediaAccess | undefined;
  #servers: readonly IceServer[];
  #library: Library | null = null;
  #session: Session | null = null;
  #publisher: Publisher | null = null;
  #published: Devices = { audio: null, video: null };
  /** What is received, by stream. */
  readonly #received = new Map<string, MediaStreamTrack[]>();
  #others = new Set<string>();
  #met = false;
  #inside = false;
  #closed = false;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #publishing: Promise<void> = Promise.resolve();

  constructor({ frame, policy }: Pairing, around: Surroundings) {
    this.#around = around;
    this.#policy = policy;
    this.#access = frame.media;
    this.#servers = frame.ice_servers;
    void this.#enter();
  }

  renew({ frame: { media } }: Pairing): boolean {
    if (media?.kind !== 'openvidu' || media.room !== this.#access?.room || media.url !== this.#access.url) return false;
    this.#access = media;
    if (this.#session === null) this.#again(0);
    else this.#look();
    return true;
  }

  /** Pages that meet in a session send each other no descriptions. */
  relayed(): void {}

  refreshed({ media, ice_servers }: Signaling.IceServers): void {
    this.#access = media ?? this.#access;
    this.#servers = ice_servers;
    if (this.#session === null) void this.#enter();
  }

  reopened(): void {
    if (this.#session === null && this.#retry !== undefined) this.#again(0);
  }

  restart(): void {
    this.#leave();
    this.#again(0);
  }

  tracksChanged(): void {
    const session = this.#session;
    if (session === null || !this.#inside) return;
    this.#publishing = this.#publishing
      .then(() => this.#publish(session))
      .catch((error: unknown) => {
        if (session === this.#session) console.warn('publishing failed', error);
      });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#leave();
  }

  async #enter(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const access = this.#access;
    if (this.#closed || access === undefined) return;
    let session: Session | null = null;
    try {
      this.#library ??= await import('openvidu-browser');
      if (this.#closed || this.#session !== null) return;
      session = this.#newSession(this.#library);
      this.#session = session;
      await session.connect(access.token);
      if (session !== this.#session) return session.disconnect();
      this.#inside = true;
      this.#attempt = 0;
      this.tracksChanged();
      this.#look();
    } catch (error) {
      if (!this.#closed) console.warn('the media session is out of reach', error);
      if (session === null || session === this.#session) this.#lost();
    }
  }

  #newSession(library: Library): Session {
    const openvidu = new library.OpenVidu();
    openvidu.enableProdMode();
    // Without servers of ours it would take public ones of others.
    openvidu.setAdvancedConfiguration({
      iceServers: this.#servers.map((server) => ({ ...server })),
      rtcConfiguration: { iceServers: this.#servers.map((server) => ({ ...server })), iceTransportPolicy: this.#policy },
      forceMediaReconnectionAfterNetworkDrop: true,
    });
    const session = openvidu.initSession();
    const current = (act: () => void) => () => {
      if (session === this.#session) act();
    };
    session.on('connectionCreated', ({ connection }) => current(() => this.#came(connection.connectionId, session))());
    session.on('connectionDestroyed', ({ connection }) => current(() => this.#went(connection.connectionId))());
    session.on('streamCreated', (event) => current(() => void this.#subscribe(session, event))());
    session.on('streamDestroyed', (event) => current(() => this.#gone(event.stream.streamId))());
    session.on('sessionDisconnected', current(() => this.#lost(true)));
    session.on('reconnecting', current(() => this.#around.changed('interrupted')));
    session.on('reconnected', current(() => this.#look()));
    return session;
  }

  #came(connection: string, session: Session): void {
    if (connection !== session.connection?.connectionId) this.#others.add(connection);
    this.#look();
  }

  #went(connection: string): void {
    this.#others.delete(connection);
    this.#look();
  }

  async #subscribe(session: Session, { stream }: StreamEvent): Promise<void> {
    try {
      const subscriber = await session.subscribeAsync(stream, undefined as never, { insertMode: undefined } as never);
      if (session !== this.#session) return;
      this.#received.set(stream.streamId, subscriber.stream.getMediaStream()?.getTracks() ?? []);
      this.#show();
    } catch (error) {
      if (session === this.#session) console.warn('the other one cannot be received', error);
    }
  }

  #gone(stream: string): void {
    this.#received.delete(stream);
    this.#show();
  }

  #show(): void {
    this.remote = new MediaStream([...this.#received.values()].flat());
    this.#around.streamsChanged();
  }

  /** Connected is: in the session, and the other one is there. */
  #look(): void {
    if (!this.#inside) return;
    if (this.#others.size > 0) {
      this.#met = true;
      this.#around.changed('connected');
    } else if (this.#met) this.#around.changed('interrupted');
  }

  /** `parted`: the library has left already, and would stumble if it were told to. */
  #lost(parted = false): void {
    if (parted) this.#session = null;
    this.#leave();
    if (this.#met) this.#around.changed('interrupted');
    this.#again(backOff(this.#attempt, Math.random()));
    this.#attempt += 1;
  }

  /** A token is good for one coming. */
  #again(delayMs: number): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#around.send({ type: 'refresh' }), delayMs);
  }

  #leave(): void {
    const session = this.#session;
    this.#session = null;
    this.#publisher = null;
    this.#published = { audio: null, video: null };
    this.#inside = false;
    this.#others = new Set();
    this.#received.clear();
    this.#show();
    session?.disconnect();
  }

  /** One that is exchanged for another of its kind goes on; where one comes or goes, the stream is made anew. */
  async #publish(session: Session): Promise<void> {
    const before = this.#published;
    const now: Devices = { audio: this.#around.outgoing('audio'), video: this.#around.outgoing('video') };
    this.#published = now;
    const same = (before.audio === null) === (now.audio === null) && (before.video === null) === (now.video === null);
    if (this.#publisher !== null && same) {
      if (now.audio !== null && now.audio !== before.audio) await this.#publisher.replaceTrack(now.audio);
      if (now.video !== null && now.video !== before.video) await this.#publisher.replaceTrack(now.video);
      return;
    }
    const old = this.#publisher;
    this.#publisher = null;
    if (old !== null) await session.unpublish(old);
    if (session !== this.#session || (now.audio === null && now.video === null)) return;
    const publisher = session.openvidu.initPublisher(undefined, { audioSource: now.audio ?? false, videoSource: now.video ?? false, mirror: false });
    await session.publish(publisher);
    if (session === this.#session) this.#publisher = publisher;
  }
}
