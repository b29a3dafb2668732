/**
 * A room of a media server: joins it, rejoins with a fresh token after a disconnect, and reports whether the peer is in it. The
 * client libraries are behind `RoomConnection`.
 */
import { backoffDelay } from '../reconnect.ts';
import type { IcePolicy, IceServer, MediaBackend, Signaling } from '../wire.generated.ts';
import type { MediaPlugin, MediaTransport, NegotiationParams, TransportContext } from './transport.ts';

/** The client library of one kind of media server. */
export interface MediaServerClient {
  readonly kind: MediaBackend;
  /** Imports the library when a session first needs it. */
  load(): Promise<RoomConnectionFactory>;
}

export type RoomConnectionFactory = (context: RoomContext) => RoomConnection;

/** One connection to a room, from join to leave. */
export interface RoomConnection {
  /** Joins without publishing. */
  connect(access: Signaling.MediaAccess): Promise<void>;
  /** Null while that is not known. */
  readonly peerPresent: boolean | null;
  /** What receives the peer's camera; null while nothing does. */
  readonly videoReceiver: RTCRtpReceiver | null;
  /** Makes the published tracks match those of the context. Calls don't overlap. */
  publish(): Promise<void>;
  /** Calls nothing of the context afterwards. */
  leave(): void;
}

/** What `MediaServerTransport` offers to a connection. */
export interface RoomContext {
  readonly transport: TransportContext;
  readonly policy: IcePolicy;
  readonly servers: readonly IceServer[];
  /** The peer's camera and microphone; another object after `setRemoteTracks`. */
  readonly remote: () => MediaStream;
  readonly shared: MediaStream;
  /** Replaces `remote` by a new stream of these tracks. */
  readonly setRemoteTracks: (tracks: readonly MediaStreamTrack[]) => void;
  /** `peerPresent` may have changed. */
  readonly onPresenceChange: () => void;
  /** The library gave up reconnecting, or the server closed the room. */
  readonly onDisconnected: () => void;
}

export function mediaServer(client: MediaServerClient): MediaPlugin {
  return { kind: client.kind, createTransport: (params, context) => new MediaServerTransport(client, params, context) };
}

export class MediaServerTransport implements MediaTransport {
  remote = new MediaStream();
  readonly shared = new MediaStream();
  readonly #client: MediaServerClient;
  readonly #context: TransportContext;
  readonly #policy: IcePolicy;
  #access: Signaling.MediaAccess | undefined;
  #servers: readonly IceServer[];
  #createConnection: RoomConnectionFactory | null = null;
  #connection: RoomConnection | null = null;
  #peerSeen = false;
  #closed = false;
  #attempt = 0;
  #refreshTimer: ReturnType<typeof setTimeout> | undefined;
  #publishing: Promise<void> = Promise.resolve();

  constructor(client: MediaServerClient, { frame, policy }: NegotiationParams, context: TransportContext) {
    this.#client = client;
    this.#context = context;
    this.#policy = policy;
    this.#access = frame.media;
    this.#servers = frame.ice_servers;
    void this.#join();
  }

  get videoReceiver(): RTCRtpReceiver | null {
    return this.#connection?.videoReceiver ?? null;
  }

  /** A peer that reloaded joins the same room again. */
  tryReuse({ frame: { media } }: NegotiationParams): boolean {
    if (media?.kind !== this.#client.kind || media.room !== this.#access?.room || media.url !== this.#access.url) return false;
    this.#access = media;
    if (this.#connection === null) this.#scheduleRefresh(0);
    else this.#reportPresence();
    return true;
  }

  /** Unused: descriptions and candidates go through the media server. */
  handleSignal(): void {}

  /** Unused: no description is sent. */
  handleRefusedFrame(): void {}

  updateIceServers({ media, ice_servers }: Signaling.IceServers): void {
    this.#access = media ?? this.#access;
    this.#servers = ice_servers;
    if (this.#connection === null) void this.#join();
  }

  handleReconnect(): void {
    if (this.#connection === null && this.#refreshTimer !== undefined) this.#scheduleRefresh(0);
  }

  restart(): void {
    this.#leave();
    this.#scheduleRefresh(0);
  }

  updateTracks(): void {
    if (this.#connection !== null) this.#publish(this.#connection);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#refreshTimer);
    this.#leave();
  }

  async #join(): Promise<void> {
    clearTimeout(this.#refreshTimer);
    this.#refreshTimer = undefined;
    const access = this.#access;
    if (this.#closed || access === undefined) return;
    let connection: RoomConnection | null = null;
    try {
      this.#createConnection ??= await this.#client.load();
      if (this.#closed || this.#connection !== null) return;
      connection = this.#newConnection(this.#createConnection);
      this.#connection = connection;
      await connection.connect(access);
      if (connection !== this.#connection) return;
      this.#attempt = 0;
      this.#publish(connection);
      this.#reportPresence();
    } catch (error) {
      if (!this.#closed) console.warn('joining the media room failed', error);
      if (connection === null || connection === this.#connection) this.#handleDisconnect();
    }
  }

  #newConnection(create: RoomConnectionFactory): RoomConnection {
    const ifCurrent = (action: () => void) => () => {
      if (connection === this.#connection) action();
    };
    const connection: RoomConnection = create({
      transport: this.#context,
      policy: this.#policy,
      servers: this.#servers,
      remote: () => this.remote,
      shared: this.shared,
      setRemoteTracks: (tracks) => this.#setRemoteTracks(tracks),
      onPresenceChange: ifCurrent(() => this.#reportPresence()),
      onDisconnected: ifCurrent(() => this.#handleDisconnect()),
    });
    return connection;
  }

  #setRemoteTracks(tracks: readonly MediaStreamTrack[]): void {
    this.remote = new MediaStream([...tracks]);
    this.#context.onStreamsChange();
  }

  /** `connected` means that both participants are in the room. */
  #reportPresence(): void {
    const peerPresent = this.#connection?.peerPresent ?? null;
    if (peerPresent === null) return;
    if (peerPresent) {
      this.#peerSeen = true;
      this.#context.onStateChange('connected');
    } else if (this.#peerSeen) this.#context.onStateChange('interrupted');
  }

  #handleDisconnect(): void {
    this.#leave();
    if (this.#peerSeen) this.#context.onStateChange('interrupted');
    this.#scheduleRefresh(backoffDelay(this.#attempt, Math.random()));
    this.#attempt += 1;
  }

  /** Each join needs a new token: they are short-lived, or valid for one connection only. */
  #scheduleRefresh(delayMs: number): void {
    if (this.#closed) return;
    clearTimeout(this.#refreshTimer);
    this.#refreshTimer = setTimeout(() => this.#context.send({ type: 'refresh' }), delayMs);
  }

  #leave(): void {
    const connection = this.#connection;
    this.#connection = null;
    for (const track of this.shared.getTracks()) this.shared.removeTrack(track);
    this.#setRemoteTracks([]);
    connection?.leave();
  }

  /** Serialised, also from one connection to the next. */
  #publish(connection: RoomConnection): void {
    this.#publishing = this.#publishing
      .then(() => (connection === this.#connection ? connection.publish() : undefined))
      .catch((error: unknown) => {
        if (connection === this.#connection) console.warn('publishing failed', error);
      });
  }
}
