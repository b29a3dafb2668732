/** The payload of the `data` frames in which two pages exchange whether microphone and camera are on. Pure. */
import { TRACK_KINDS, type DeviceState, type EnabledMedia, type TrackKind } from '../media/local.ts';

/** What the other page sends. */
export interface PeerMedia extends EnabledMedia {
  /** Wished for, and not sent: there is no such device, or it is blocked or gone. */
  readonly missing: readonly TrackKind[];
}

export function mediaStatusPayload(enabledMedia: EnabledMedia, devices: Readonly<Record<TrackKind, DeviceState>>): { media: PeerMedia } {
  const missing = TRACK_KINDS.filter((kind) => enabledMedia[kind] && devices[kind] !== 'on');
  return { media: { audio: enabledMedia.audio && devices.audio === 'on', video: enabledMedia.video && devices.video === 'on', missing } };
}

/** Null for any other JSON: other clients may use `data` for their own purposes, and an earlier one tells of nothing missing. */
export function parseMediaStatus(payload: unknown): PeerMedia | null {
  const { audio, video, missing } = (payload as { media?: Partial<PeerMedia> | null } | null)?.media ?? {};
  if (typeof audio !== 'boolean' || typeof video !== 'boolean') return null;
  return { audio, video, missing: TRACK_KINDS.filter((kind) => Array.isArray(missing) && missing.includes(kind)) };
}
