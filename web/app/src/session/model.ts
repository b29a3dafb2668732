/** All that the session's screens are drawn from. The running call and the gallery both provide it. */
import type { DeviceState, TrackKind, MediaConnectionState, SocketStatus, SessionState, SessionView, EnabledMedia } from '@rendezvous/sdk';

/** Why a link lets nobody in, or no longer. */
export type Closed =
  | 'unknown'
  | 'past'
  | 'cancelled'
  | 'no_link'
  | 'not_yours'
  | 'replaced'
  | 'removed'
  | 'broken';

export type Entry =
  | { readonly is: 'opening'; readonly trouble: boolean }
  | { readonly is: 'closed'; readonly why: Closed }
  | { readonly is: 'in' };

export interface Devices {
  readonly audio: DeviceState;
  readonly video: DeviceState;
}

export interface CallModel {
  readonly entry: Entry;
  /** What the scheduler says about the session; null until it has answered. */
  readonly booking: SessionView | null;
  readonly me: string | null;
  readonly session: SessionState;
  /** The lobby is not open before this; null once we may try. */
  readonly opensAt: number | null;
  /** This person left by decision, and may come back. */
  readonly left: boolean;
  readonly signalingStatus: SocketStatus;
  readonly mediaState: MediaConnectionState;
  readonly preview: MediaStream | null;
  readonly remote: MediaStream | null;
  readonly devices: Devices;
  /** What the browser lists; labels only once it may. */
  readonly availableDevices: readonly MediaDeviceInfo[];
  /** Which of them is used. */
  readonly selectedDevices: Readonly<Record<TrackKind, string | null>>;
  readonly enabledMedia: EnabledMedia;
  /** What the other one sends, as they say; null until they said it. */
  readonly peerMedia: EnabledMedia | null;
  /** The server's time, ticking. */
  readonly now: number;
}

/** What a person can do; the gallery's do nothing. */
export interface CallActions {
  setMuted(muted: boolean): void;
  setCameraOff(off: boolean): void;
  extend(): void;
  leave(): void;
  comeBack(): void;
  retryDevices(): void;
  selectDevice(kind: TrackKind, deviceId: string): void;
}
