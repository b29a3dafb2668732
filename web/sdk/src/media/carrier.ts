/**
 * What carries the media of one pairing: a PeerConnection to the other page, or a media server's room. `MediaLink`
 * holds one at a time and is all that an application sees of it.
 */
import type { NumberedFrame } from '../signaling/resume.ts';
import type { IcePolicy, Signaling } from '../wire.generated.ts';
import type { Kind } from './local.ts';

export type LinkState = 'none' | 'connecting' | 'connected' | 'interrupted' | 'closed';

/** A description or candidate of the other page. */
export type RelayedFrame = Extract<Signaling.ServerFrame, { type: 'offer' | 'answer' | 'candidate' }>;

/** How a `negotiate` looks from this seat. */
export interface Pairing {
  readonly frame: Signaling.Negotiate;
  readonly me: string;
  readonly polite: boolean;
  readonly policy: IcePolicy;
}

/** What a carrier may use of the page around it. */
export interface Surroundings {
  readonly send: (frame: NumberedFrame) => void;
  /** The track of a device to send, or null where there is none. */
  readonly outgoing: (kind: Kind) => MediaStreamTrack | null;
  /** What is sent beside camera and microphone: a screen, say. */
  readonly shares: () => ReadonlySet<MediaStreamTrack>;
  readonly changed: (state: 'connecting' | 'connected' | 'interrupted') => void;
  /** `remote` is another object, or what is in `shared` has changed. */
  readonly streamsChanged: () => void;
  /** Whether the other one can hear us over signaling, as far as we know. */
  readonly reachable: () => boolean;
}

export interface Carrier {
  /** The other one's camera and microphone. A player that has lost every track of a stream stays silent: hence a new one then. */
  readonly remote: MediaStream;
  /** What the other one sends beside them. */
  readonly shared: MediaStream;
  /** The same pairing goes on under another epoch, without a new connection; false where that can't be. */
  renew(pairing: Pairing): boolean;
  relayed(frame: RelayedFrame): void;
  /** The answer to our `refresh`. */
  refreshed(frame: Signaling.IceServers): void;
  /** The way over signaling is open again; `complete` when no frame was lost. */
  reopened(complete: boolean): void;
  /** Connects anew, whether or not anything seems broken. */
  restart(): void;
  tracksChanged(): void;
  close(): void;
}
