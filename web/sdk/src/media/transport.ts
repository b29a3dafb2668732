/**
 * The interface between `MediaConnection` and what carries the media of an epoch: an RTCPeerConnection to the peer, or a room of a
 * media server.
 */
import type { NumberedFrame } from '../signaling/resume.ts';
import type { IcePolicy, IceServer, MediaBackend, Signaling } from '../wire.generated.ts';
import type { TrackKind } from './local.ts';

/** `none`: before there is one. `interrupted`: it was there, and is tried again. */
export type MediaConnectionState = 'none' | 'connecting' | 'connected' | 'interrupted' | 'closed';

/** A description or candidate of the peer, forwarded by the signaling server. */
export type PeerSignal = Extract<Signaling.ServerFrame, { type: 'offer' | 'answer' | 'candidate' }>;

/** A `negotiate` frame, with this participant's id and role in perfect negotiation. */
export interface NegotiationParams {
  readonly frame: Signaling.Negotiate;
  readonly me: string;
  readonly polite: boolean;
  readonly policy: IcePolicy;
}

/** What `MediaConnection` offers to a transport. */
export interface TransportContext {
  readonly send: (frame: NumberedFrame) => void;
  /** The camera or microphone track to send; null without a device. */
  readonly outgoingTrack: (kind: TrackKind) => MediaStreamTrack | null;
  /** Tracks beside camera and microphone, such as a shared screen. */
  readonly sharedTracks: () => ReadonlySet<MediaStreamTrack>;
  readonly onStateChange: (state: 'connecting' | 'connected' | 'interrupted') => void;
  /** `remote` was replaced, or the tracks of `shared` changed. */
  readonly onStreamsChange: () => void;
  /** Whether both sockets to signaling are open, as far as is known. */
  readonly isPeerReachable: () => boolean;
}

/** A way for media that a session may be carried by: `@rendezvous/client/media/…`. */
export interface MediaPlugin {
  readonly kind: MediaBackend;
  /** @internal The connection for one negotiation. The session closes it. */
  createTransport(params: NegotiationParams, context: TransportContext): MediaTransport;
}

export interface MediaTransport {
  /** The peer's camera and microphone. Replaced after its last track was removed: a media element would stay silent otherwise. */
  readonly remote: MediaStream;
  /** The peer's other tracks. */
  readonly shared: MediaStream;
  /** What receives the peer's camera; null while nothing does. */
  readonly videoReceiver: RTCRtpReceiver | null;
  /** Keeps the connection under a new epoch. False if that is not possible: the caller then creates a new transport. */
  tryReuse(params: NegotiationParams): boolean;
  handleSignal(frame: PeerSignal): void;
  /** The server would not take this frame. */
  handleRefusedFrame(frame: NumberedFrame): void;
  /** The reply to `refresh`, or unasked before credentials end. */
  updateIceServers(frame: Signaling.IceServers): void;
  /** The socket to signaling was reopened; `lossless` if no frame was lost meanwhile, else `servers` are newer than those in use. */
  handleReconnect(lossless: boolean, servers: readonly IceServer[]): void;
  /** Reconnects even if the connection works: an ICE restart, or a new join to the room. */
  restart(): void;
  updateTracks(): void;
  close(): void;
}
