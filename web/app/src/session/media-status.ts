/** What two pages of ours tell each other about microphone and camera, in `data` frames. Pure. */
import type { EnabledMedia } from '@rendezvous/sdk';
import type { Devices } from './model.ts';

export function mediaStatusPayload(enabledMedia: EnabledMedia, devices: Devices): { media: EnabledMedia } {
  return { media: { audio: enabledMedia.audio && devices.audio === 'on', video: enabledMedia.video && devices.video === 'on' } };
}

/** Null for anything that is not ours: any client may send any JSON. */
export function parseMediaStatus(payload: unknown): EnabledMedia | null {
  if (typeof payload !== 'object' || payload === null || !('media' in payload)) return null;
  const media = payload.media as Partial<EnabledMedia> | null;
  return typeof media?.audio === 'boolean' && typeof media.video === 'boolean' ? { audio: media.audio, video: media.video } : null;
}
