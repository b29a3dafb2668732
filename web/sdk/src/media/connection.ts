/**
 * The media of a session, over whichever transport the server chose. Creates a transport per epoch and sends `connected` to the
 * server. Doesn't depend on the session's phase: `LocalMedia` disables tracks, the screens hide and mute what is received.
 */
import type { NumberedFrame } from '../signaling/resume.ts';
import type { IcePolicy, MediaBackend, Signaling } from '../wire.generated.ts';
import type { TrackKind } from './local.ts';
import { PeerConnectionTransport } from './peer-connection.ts';
import type { MediaPlugin, MediaTransport, MediaConnectionState, NegotiationParams, PeerSignal } from './transport.ts';

export interface MediaConnectionOptions {
  readonly send: (frame: NumberedFrame) => void;
  readonly outgoingTrack: (kind: TrackKind) => MediaStreamTrack | null;
  readonly onStateChange: (state: MediaConnectionState) => void;
  /** Read `remote` and `shared` again. */
  readonly onStreamsChange?: () => void;
  /** Whether both sockets to signaling are open, as far as is known. Default: true. */
  readonly isPeerReachable?: () => boolean;
  /** Beside the direct way between two pages. */
  readonly plugins?: readonly MediaPlugin[];
  /** The server chose a way that no plug-in carries. */
  readonly onUnsupported?: (kind: MediaBackend) => void;
}

const PEER_TO_PEER: MediaPlugin = { kind: 'p2p', createTransport: (params, context) => new PeerConnectionTransport(params, context) };

export class MediaConnection {
  readonly #options: MediaConnectionOptions;
  readonly #sharedTracks = new Set<MediaStreamTrack>();
  readonly #emptyStream = new MediaStream();
  #transport: MediaTransport | null = null;
  #epoch = 0;
  /** A replayed `negotiate` of an earlier epoch is ignored. */
  #minEpoch = 0;
  #reportedEpoch = 0;
  #closed = false;

  constructor(options: MediaConnectionOptions) {
    this.#options = options;
  }

  /** The peer's camera and microphone. Another object after each `negotiate` and `onStreamsChange`. */
  get remote(): MediaStream {
    return this.#transport?.remote ?? this.#emptyStream;
  }

  /** The peer's other tracks. Another object after each `negotiate`. */
  get shared(): MediaStream {
    return this.#transport?.shared ?? this.#emptyStream;
  }

  /** Frames of the peer's camera that were decoded so far; null where no video is received. */
  async framesDecoded(): Promise<number | null> {
    const reports = await this.#transport?.videoReceiver?.getStats().catch(() => undefined);
    for (const report of reports?.values() ?? []) {
      if (report.type === 'inbound-rtp' && typeof report.framesDecoded === 'number') return report.framesDecoded;
    }
    return null;
  }

  /** Keeps a working connection, and restarts a broken one. */
  handleWelcome({ epoch, resumed, ice_servers }: Signaling.Welcome): void {
    this.#minEpoch = epoch ?? 0;
    this.#transport?.handleReconnect(resumed, ice_servers);
  }

  /** Replaces the transport, unless it can be reused. */
  negotiate(frame: Signaling.Negotiate, me: string, polite: boolean, policy: IcePolicy): void {
    if (this.#closed || frame.epoch < this.#minEpoch) return;
    const params = { frame, me, polite, policy };
    this.#epoch = frame.epoch;
    if (this.#transport?.tryReuse(params)) return;
    this.#closeTransport();
    const kind = frame.media?.kind ?? 'p2p';
    const plugin = [PEER_TO_PEER, ...(this.#options.plugins ?? [])].find((one) => one.kind === kind);
    if (plugin === undefined) return this.#options.onUnsupported?.(kind);
    this.#options.onStateChange('connecting');
    this.#transport = this.#createTransport(plugin, params);
  }

  handleSignal(frame: PeerSignal): void {
    this.#transport?.handleSignal(frame);
  }

  /** The server would not take this frame: what waits for its answer goes back. */
  handleRefusedFrame(frame: NumberedFrame): void {
    if ('epoch' in frame && frame.epoch === this.#epoch) this.#transport?.handleRefusedFrame(frame);
  }

  /** The reply to `refresh`: a pending ICE restart can begin. Unasked: what is relayed moves to a new allocation. */
  updateIceServers(frame: Signaling.IceServers): void {
    this.#transport?.updateIceServers(frame);
  }

  /** After the peer or the network came back: restarts the connection if it is still broken. */
  recover(): void {
    this.#transport?.handleReconnect(true, []);
  }

  /** Reconnects over the current network within the epoch, while media goes on. */
  restart(): void {
    this.#transport?.restart();
  }

  /** After a change of devices: replaces the tracks that are sent, without renegotiation. */
  updateTracks(): void {
    this.#transport?.updateTracks();
  }

  /**
   * Sends an additional track, such as a screen, until the returned function is called, also over new epochs. The caller must keep the
   * track disabled while the session isn't live. Has no effect with OpenVidu 2, where a participant publishes one stream.
   */
  share(track: MediaStreamTrack): () => void {
    this.#sharedTracks.add(track);
    this.updateTracks();
    return () => {
      if (this.#sharedTracks.delete(track)) this.updateTracks();
    };
  }

  /** Closes the connection; a later `negotiate` opens a new one. */
  pause(): void {
    this.#closeTransport();
    if (!this.#closed) this.#options.onStateChange('none');
  }

  /** Closes the connection and ignores every later `negotiate`. */
  close(): void {
    this.#closed = true;
    this.#sharedTracks.clear();
    this.#closeTransport();
    this.#options.onStateChange('closed');
  }

  #createTransport(plugin: MediaPlugin, params: NegotiationParams): MediaTransport {
    const ifCurrent = (action: () => void) => () => {
      if (transport === this.#transport) action();
    };
    const transport: MediaTransport = plugin.createTransport(params, {
      send: (frame) => ifCurrent(() => this.#options.send(frame))(),
      outgoingTrack: this.#options.outgoingTrack,
      sharedTracks: () => this.#sharedTracks,
      onStateChange: (state) => ifCurrent(() => this.#handleStateChange(state))(),
      onStreamsChange: ifCurrent(() => this.#options.onStreamsChange?.()),
      isPeerReachable: () => this.#options.isPeerReachable?.() ?? true,
    });
    return transport;
  }

  #handleStateChange(state: MediaConnectionState): void {
    this.#options.onStateChange(state);
    if (state !== 'connected' || this.#reportedEpoch === this.#epoch) return;
    this.#reportedEpoch = this.#epoch;
    this.#options.send({ type: 'connected', epoch: this.#epoch });
  }

  #closeTransport(): void {
    const transport = this.#transport;
    this.#transport = null;
    transport?.close();
  }
}
