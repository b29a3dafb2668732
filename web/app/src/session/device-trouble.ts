/** Which device has died in the call. Pure. */
import type { TrackKind } from '@rendezvous/client';
import type { Devices } from './model.ts';

export const TRACK_KINDS = ['audio', 'video'] as const satisfies readonly TrackKind[];

/** `dismissed`: it is still gone, and the person has read it. */
export type Trouble = Readonly<Record<TrackKind, 'none' | 'shown' | 'dismissed'>>;

/** Shown from the death on until the device is back; what goes wrong in between, as with another one that is in use, changes nothing. */
export function troubleWith(before: Trouble, devices: Devices): Trouble {
  const [audio, video] = TRACK_KINDS.map((kind) => {
    if (devices[kind] === 'on' || devices[kind] === 'stopped') return 'none';
    return before[kind] === 'none' && devices[kind] === 'unplugged' ? 'shown' : before[kind];
  });
  return audio === before.audio && video === before.video ? before : { audio: audio ?? 'none', video: video ?? 'none' };
}
