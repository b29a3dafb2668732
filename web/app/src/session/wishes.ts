/** What two pages of ours tell each other about microphone and camera, in `data` frames. Pure. */
import type { Wishes } from '@rendezvous/sdk';
import type { Devices } from './model.ts';

export function wishesPayload(wishes: Wishes, devices: Devices): { media: Wishes } {
  return { media: { audio: wishes.audio && devices.audio === 'on', video: wishes.video && devices.video === 'on' } };
}

/** Null for anything that is not ours: any client may send any JSON. */
export function peerWishes(payload: unknown): Wishes | null {
  if (typeof payload !== 'object' || payload === null || !('media' in payload)) return null;
  const media = payload.media as Partial<Wishes> | null;
  return typeof media?.audio === 'boolean' && typeof media.video === 'boolean' ? { audio: media.audio, video: media.video } : null;
}
