/** The view model of the session's screens, provided by `Call` and by the gallery. */
import type { DeviceState, EnabledMedia, MediaConnectionState, Pause, PeerLine, PeerMedia, SessionState, SessionView, SocketStatus, TrackKind } from '@rendezvous/client';

import type { Extension } from './extension.ts';
import type { Feedback } from './feedback.ts';
import type { Reaction, ReactionSign } from './reactions.ts';

/** Why this tab is not in the session: the join link was rejected, or signaling closed the socket for good. */
export type ClosedReason =
  | 'unknown'
  | 'past'
  | 'cancelled'
  | 'no_link'
  | 'not_yours'
  | 'replaced'
  | 'removed'
  | 'broken';

export type JoinState =
  | { readonly is: 'opening'; readonly retrying: boolean }
  | { readonly is: 'closed'; readonly why: ClosedReason }
  | { readonly is: 'in' };

export interface Devices {
  readonly audio: DeviceState;
  readonly video: DeviceState;
}

export interface CallModel {
  readonly joinState: JoinState;
  /** The scheduler's view of the session; null until it has responded. */
  readonly booking: SessionView | null;
  readonly me: string | null;
  readonly session: SessionState;
  /** When the lobby opens; null once it is open. */
  readonly opensAt: number | null;
  /** The user left the lobby, and may come back. */
  readonly left: boolean;
  readonly signalingStatus: SocketStatus;
  readonly mediaState: MediaConnectionState;
  readonly preview: MediaStream | null;
  readonly remote: MediaStream | null;
  readonly devices: Devices;
  /** From enumerateDevices: labels are empty until permission is granted. */
  readonly availableDevices: readonly MediaDeviceInfo[];
  /** Device ids in use. */
  readonly selectedDevices: Readonly<Record<TrackKind, string | null>>;
  readonly enabledMedia: EnabledMedia;
  /** What the peer sends, according to its last `data` frame; null before the first. */
  readonly peerMedia: PeerMedia | null;
  /** `good` outside of `live` and `paused`. */
  readonly peerLine: PeerLine;
  readonly paused: Pause | null;
  readonly extension: Extension;
  /** The last one of either; null before the first. */
  readonly reaction: Reaction | null;
  /** The server's time, updated every 100 ms. */
  readonly now: number;
}

/** No-ops in the gallery. */
export interface CallActions {
  setMuted(muted: boolean): void;
  setCameraOff(off: boolean): void;
  extend(): void;
  /** Answers the peer's request for more time. */
  declineExtension(): void;
  /** Shows it on both pages. */
  react(sign: ReactionSign): void;
  leave(): void;
  comeBack(): void;
  retryDevices(): void;
  /** After the end. Fails as the request behind it. */
  sendFeedback(feedback: Feedback): Promise<unknown>;
  selectDevice(kind: TrackKind, deviceId: string): void;
}
