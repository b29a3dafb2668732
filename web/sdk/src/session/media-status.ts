/** The payload of the `data` frames in which two pages exchange whether microphone and camera are on. Pure. */
import type { DeviceState, EnabledMedia, TrackKind } from '../media/local.ts';

export function mediaStatusPayload(enabledMedia: EnabledMedia, devices: Readonly<Record<TrackKind, DeviceState>>): { media: EnabledMedia } {
  return { media: { audio: enabledMedia.audio && devices.audio === 'on', video: enabledMedia.video && devices.video === 'on' } };
}

/** Null for any other JSON: other clients may use `data` for their own purposes. */
export function parseMediaStatus(payload: unknown): EnabledMedia | null {
  if (typeof payload !== 'object' || payload === null || !('media' in payload)) return null;
  const media = payload.media as Partial<EnabledMedia> | null;
  return typeof media?.audio === 'boolean' && typeof media.video === 'boolean' ? { audio: media.audio, video: media.video } : null;
}
